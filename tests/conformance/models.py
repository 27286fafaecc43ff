"""Recorded models that nothing here computes, and why."""

from conformance.not_mapped import ARITHMETIC, CONTROL, MAKES, REDUCES, TEXT, TWO

THREE = 'images have two axes of places; these have three'
PADS = 'no layer pads by itself, windows alone do'
CONSTANTS = 'constants other than one for each channel, or one for all'
AXES = 'moves or cuts axes other than those of one sample'

NOT_MAPPED = {
    'pytorch-converted': {
        THREE:
            'AvgPool3d AvgPool3d_stride AvgPool3d_stride1_pad0_gpu_input Conv3d Conv3d_dilated '
            'Conv3d_dilated_strided Conv3d_groups Conv3d_no_bias Conv3d_stride '
            'Conv3d_stride_padding MaxPool3d MaxPool3d_stride MaxPool3d_stride_padding',
        PADS: 'ConstantPad2d ReflectionPad2d ReplicationPad2d ZeroPad2d',
        'a gate beside what it opens, both from one input': 'GLU GLU_dim',
        'no layer spreads depth over places': 'PixelShuffle',
        'a loss that is not here': 'PoissonNLLLLoss_no_reduce',
    },
    'pytorch-operator': {
        TWO: 'add_size1_broadcast addmm concat2 max min pow symbolic_override_nested',
        CONSTANTS: 'non_float_params params',
        AXES: 'chunk index permute2 repeat repeat_dim_overflow',
        ARITHMETIC: 'clip exp sqrt',
        REDUCES: 'reduced_mean reduced_mean_keepdim reduced_sum reduced_sum_keepdim',
        PADS: 'pad',
    },
    'simple': {
        ARITHMETIC: 'shrink sign_model',
        CONTROL: ' '.join(f'sequence_model{k}' for k in range(1, 9)),
        MAKES: ' '.join(f'expand_shape_model{k}' for k in range(1, 5)),
        TEXT:
            'strnorm_model_monday_casesensintive_lower strnorm_model_monday_empty_output '
            'strnorm_model_monday_casesensintive_nochangecase '
            'strnorm_model_monday_casesensintive_upper strnorm_model_nostopwords_nochangecase '
            'strnorm_model_monday_insensintive_upper_twodim',
        'a node that asks for gradients': 'gradient_of_add gradient_of_add_and_mul',
    },
}  # fmt: skip
"""By the kind of model and the reason, names without ``test_``."""

AT_LEAST = {'pytorch-converted': 61, 'pytorch-operator': 13, 'simple': 1}
"""How many of each kind agree, at the least."""


def reasons(kind):
    """Return the reason of each model of a kind that is not mapped."""
    listed = NOT_MAPPED[kind].items()
    prefix = 'test_operator_' if kind == 'pytorch-operator' else 'test_'
    return {f'{prefix}{name}': reason for reason, names in listed for name in names.split()}
