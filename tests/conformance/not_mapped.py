"""Operators of ONNX that nothing here computes, and why: each operator once, by its reason."""

ARITHMETIC = 'a function of numbers that no layer has as its activation'
TWO = 'combines arrays that all come from outside; layers combine what comes from one input'
LOGIC = 'compares or combines truths; nothing of it has a gradient'
WHOLE = 'computes with whole numbers or with bits'
TYPES = 'changes data types; a network has one'
PLACES = 'moves numbers to places that are data themselves, or takes them from there'
CONTROL = 'loops, conditions, sequences of arrays: no layer'
MAKES = 'makes an array without samples'
TEXT = 'text; here tokens are found, and numbered, by the Embedding'
REDUCES = 'reduces axes to a number other than their mean, maximum or minimum'
IMAGES = 'resamples or unpacks images'
SIGNALS = 'signal processing'
NORMS = 'a normalization that no layer has'
POOLS = 'a pooling that no layer has'
ATTENDS = 'an attention that no layer has'
MOVES = 'moves axes, which is noted as a file is read, and takes no layer'
OTHER = 'machine learning other than by networks'

BY_REASON = {
    ARITHMETIC:
        'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Cos Cosh CumProd CumSum Det Erf Exp Floor '
        'Hardmax Log Reciprocal Round Shrink Sign Sin Sinh Sqrt SwiGLU Tan '
        'ThresholdedRelu',
    TWO: 'Concat Einsum Max Mean Min Mod Pow Sum Where',
    LOGIC:
        'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor',
    WHOLE:
        'ArgMin BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor ConvInteger DequantizeLinear '
        'DynamicQuantizeLinear MatMulInteger QLinearConv QLinearMatMul QuantizeLinear TopK',
    TYPES: 'BitCast Cast CastLike',
    PLACES:
        'Compress Expand GatherElements GatherND NonZero ReverseSequence Scatter ScatterElements '
        'ScatterND Slice Split TensorScatter Tile Trilu Unique',
    CONTROL:
        'If Loop OptionalGetElement OptionalHasElement Scan SequenceInsert SequenceMap '
        'SplitToSequence',
    MAKES:
        'Bernoulli Constant ConstantOfShape EyeLike Range Shape Size',
    TEXT: 'LabelEncoder RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer',
    REDUCES:
        'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceProd ReduceSum '
        'ReduceSumSquare',
    IMAGES:
        'AffineGrid CenterCropPad Col2Im DeformConv DepthToSpace GridSample ImageDecoder MaxUnpool '
        'NonMaxSuppression Pad Resize RoiAlign SpaceToDepth Upsample',
    SIGNALS: 'BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT',
    NORMS: 'LRN LpNormalization MeanVarianceNormalization',
    POOLS: 'LpPool',
    ATTENDS: 'CausalConvWithState FlexAttention LinearAttention',
    MOVES: 'Transpose',
    OTHER: 'ArrayFeatureExtractor Binarizer TreeEnsemble',
}  # fmt: skip

NOT_MAPPED = {
    operator: reason for reason, operators in BY_REASON.items() for operator in operators.split()
}
