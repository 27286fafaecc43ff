"""Names of other libraries, and what they are here.

They are looked up when a name is refused, so that who comes from Keras, PyTorch or scikit-learn is
told the name of this house.
"""

from collections.abc import Mapping


def by_name(table: Mapping[str, str]) -> dict[str, str]:
    """Return a table with one key a name, of one whose keys are several names."""
    return {name: words for names, words in table.items() for name in names.split()}


KEYWORDS = by_name({
    'lr': 'learning_rate',
    'batch': 'batch_size',
    'n_epochs num_epochs nb_epoch max_iter n_iter': 'epochs',
    'criterion objective loss_function loss_fn': 'loss',
    'opt solver': 'optimizer',
    'scheduler lr_scheduler': 'schedule',
    'metric': 'metrics',
    'random_state random_seed': 'seed',
    'class_weights': 'class_weight',
    'sample_weights': 'sample_weight',
    'X x inputs data X_train x_train X_test x_test': 'X_data',
    'y Y targets labels y_train Y_train': 'Y_data',
    'validation_data val_data eval_set': 'validation',
    'augmentation data_augmentation transform transforms': 'augment',
    'filename filepath file fname': 'path',
    'activation act nonlinearity': 'activate',
    'out_features n_units num_units neurons output_dim n_out': 'units',
    'dim_feedforward intermediate_dim': 'units',
    'filters out_channels n_filters num_filters': 'unit_filters',
    'kernel_size kernel filter_shape': 'filter_size',
    'window window_size': 'pool_size',
    'pool_type mode': 'pool',
    'stride': 'strides',
    'pad pads': 'padding',
    'dilation_rate dilations': 'dilation',
    'bias': 'use_bias',
    'kernel_initializer initializer weight_init init': 'initialization',
    'kernel_regularizer regularizer regularization': 'penalty',
    'hidden_size cells': 'unit_cells',
    'return_sequences': 'sequences',
    'nhead num_heads n_heads n_head num_attention_heads': 'heads',
    'num_kv_heads num_key_value_heads kdim': 'kv_heads',
    'is_causal use_causal_mask': 'causal',
    'rate': 'drop_prob learning_rate',
    'p prob dropout': 'drop_prob',
    'eps': 'epsilon',
    'beta_1': 'beta1',
    'betas': 'beta1 beta2',
    'beta_2': 'beta2',
    'decay wd l2': 'weight_decay',
    'clipnorm max_norm grad_clip max_grad_norm': 'clip_norm',
    'clipvalue': 'clip_value',
    'gamma': 'factor',
    'min_lr eta_min': 'lowest',
    'warmup_epochs': 'epochs',
    'max_epochs': 'epochs until',
    'validation_freq check_val_every_n_epoch': 'every',
    'callback': 'callbacks',
    'restore_best_weights': 'restore_best',
    'save_best_only': 'best',
    'save_freq every_n_epochs': 'every',
    'log_dir save_dir logdir': 'folder',
})  # fmt: skip
"""Keyword of another library -> its name here."""

INITIALIZE = 'It belongs to initialize: model.initialize({name}={value}).'
EMBEDDING = 'It belongs to the data: Embedding(X, Y, {name}={value}).'
SETTING = "It belongs to the hyper-parameters: initialize(se_hPars={{'{name}': {value}}})."

PLACES = by_name({
    'learning_rate loss optimizer metrics seed class_weight reduction dtype positive_label '
    'deterministic': INITIALIZE,
    'batch_size sample_weight X_encode Y_encode X_scale drop_last validation test stratify '
    'augment shuffle bucket mask per_step': EMBEDDING,
    'schedule decay_k cycle_epochs cycle_descent ELU_alpha LRELU_alpha softmax_temperature':
        SETTING,
    'relative_size test_size validation_split val_split':
        'The Embedding splits the data: relative_size=(8, 2, 0) are the shares that '
        'train, validate and test.',
    'epochs': 'It belongs to train: model.train(epochs={value}).',
    'input_shape input_dim input_size in_features in_channels n_in':
        'Leave it out: a layer takes its size from the first input.',
    'until callbacks every': 'It belongs to train: model.train(epochs=10, {name}={value}).',
    'device': 'Leave it out: everything is computed by the processor.',
    'weight_decay clip_norm clip_value':
        'It belongs to the optimizer: optimizer=SGD({name}={value}), or Momentum, or Adam.',
    'momentum': 'Momentum is an optimizer of its own: optimizer=Momentum(momentum={value}).',
    'nesterov': "Nesterov is an optimizer of its own: optimizer='Nesterov'.",
    'drop_prob': 'Put a layer Dropout({value}) into the list.',
    'unit_cells': 'Here it is called units.',
})  # fmt: skip
"""Name of an argument here -> where it goes, for who gave it to another function."""

MODEL = by_name({
    'fit learn partial_fit fit_generator train_on_batch optimize run':
        'Write model.train(epochs=10); the data are given to the Embedding.',
    'compile build configure init': "Write model.initialize(loss='CCE', optimizer='Adam').",
    'add append insert pop':
        'Give all layers at once: EpyNN([Embedding(X, Y), Dense(10, softmax)]).',
    'fit_transform transform predict_proba decision_function apply call':
        'Write model.predict(X).A for the outputs.',
    'predict_classes classify predict_on_batch': 'Write model.predict(X).P for the decisions.',
    'score test validate':
        'Write model.evaluate(), which returns {metric: {set: value}}, or model.evaluate(X, Y).',
    'save save_weights save_model dump export': "Write model.write('name').",
    'load load_weights load_model load_state_dict from_file restore':
        'Write model = epynn.read_model(path).',
    'state_dict parameters named_parameters weights get_weights trainable_weights '
    'trainable_parameters trainable_variables coefs_ intercepts_ params':
        "Parameters are with the layers: model.layers[1].p['W'].",
    'set_weights': "Parameters are with the layers: model.layers[1].p['W'] = W.",
    'gradients grads grad': "Gradients are with the layers: model.layers[1].g['dW'].",
    'zero_grad': 'Leave it out: each backward pass computes gradients anew.',
    'step update': 'Write model.train(epochs); it takes one step a batch.',
    'eval': 'Leave it out: predict() and evaluate() switch Dropout and the like off by themselves.',
    'to cuda cpu gpu half float double':
        "Leave it out, everything is computed by the processor; for numbers of half the size, "
        "initialize(dtype='float32').",
    'history_ loss_curve_ losses': "Write model.history['train_loss'].",
    'stop_training should_stop': "Write model.stop('why').",
    'loss loss_ criterion': 'The function is model.training_loss, its values in model.metrics.',
    'lr learning_rate': "Rates are with the layers, one an epoch: model.layers[1].lrate.",
    'batch_size': 'It belongs to the data: Embedding(X, Y, batch_size=32).',
    'modules children get_layer n_layers_': 'The layers are in the list model.layers.',
    'count_params count_parameters num_params': 'Write model.summary().',
    'freeze requires_grad_ trainable': 'Freeze the layers: model.layers[1].trainable = False.',
    'plot_history': 'Write model.plot().',
})  # fmt: skip
"""Attribute of models elsewhere -> what to write here."""

LAYER = by_name({
    'weight kernel W w': "Parameters are in the dictionary p: layer.p['W'].",
    'bias b': "Parameters are in the dictionary p: layer.p['b'].",
    'get_weights parameters named_parameters state_dict params variables trainable_weights '
    'trainable_variables': 'Parameters are in the dictionary layer.p, by name.',
    'set_weights load_state_dict': 'Put arrays into the dictionary layer.p, by name.',
    'grad grads gradients dW db': "Gradients are in the dictionary g: layer.g['dW'].",
    'zero_grad': 'Leave it out: each backward pass computes gradients anew.',
    'units out_features filters out_channels': "Dimensions are in the dictionary d: layer.d['u'].",
    'input inputs': "The arrays of the last pass are in the dictionary fc: layer.fc['X'].",
    'output outputs': "The arrays of the last pass are in the dictionary fc: layer.fc['A'].",
    'input_shape': "Shapes are in the dictionary fs: layer.fs['X'].",
    'output_shape': "Shapes are in the dictionary fs: layer.fs['A'].",
    'call apply': 'Write layer.forward(X).',
    'count_params': 'Write layer.count_parameters().',
    'requires_grad requires_grad_ freeze': 'Write layer.trainable = False.',
    'eval train': 'Set layer.training, or use the predict and train of a network.',
    'lr learning_rate': 'Rates are in the list layer.lrate, one an epoch.',
    'regularizer kernel_regularizer': 'It is called layer.penalty.',
})  # fmt: skip
"""Attribute of layers elsewhere -> what to write here."""

PREDICTION = by_name({
    'argmax argmin': 'Decisions are in .P, and as your own labels in .labels.',
    'shape ndim size dtype round astype max min mean sum reshape flatten ravel squeeze tolist T '
    'numpy detach item':
        'Outputs are in the array .A, decisions in .P, samples in .X.',
    'data samples features inputs': 'Samples are in the array .X.',
    'target labels_ targets_ classes_': 'Labels are in .Y (by columns) and .y.',
    'outputs scores': 'Outputs are in the array .A.',
    'probabilities proba':
        'Outputs are in .A; where they are probabilities, as behind softmax and sigmoid, they are '
        '.probabilities, too.',
    'predictions decisions pred': 'Decisions are in .P, and as your own labels in .labels.',
})  # fmt: skip
"""Attribute of arrays and data sets elsewhere -> what to write for a dataSet."""

CALLBACK = by_name({
    'on_fit_begin': 'Define on_train_begin(self, model).',
    'on_fit_end on_exception teardown': 'Define on_train_end(self, model).',
    'on_epoch_start on_train_epoch_start': 'Define on_epoch_begin(self, model).',
    'on_train_epoch_end on_validation_end': 'Define on_epoch_end(self, model).',
    'on_train_batch_begin on_train_batch_start': 'Define on_batch_begin(self, model).',
    'on_train_batch_end': 'Define on_batch_end(self, model).',
    'state_dict': 'Write callback.state().',
    'load_state_dict': 'Write callback.restore(state).',
    'model': 'The network is handed to each method: on_epoch_end(self, model).',
    'set_model set_params': 'Leave it out: the network is handed to each method.',
})  # fmt: skip
"""Attribute of callbacks elsewhere -> what to write here."""

OPTIMIZER = by_name({
    'lr learning_rate param_groups':
        'Rates are with the layers, one an epoch; set them by initialize(learning_rate=0.1).',
    'zero_grad': 'Leave it out: each backward pass computes gradients anew.',
    'minimize apply_gradients': 'Write model.train(epochs).',
    'state_dict state get_weights': 'What it remembers is with the layers: layer.moments.',
})  # fmt: skip
"""Attribute of optimizers elsewhere -> what to write here."""

MODULE = by_name({
    'Linear FullyConnected Affine': 'Dense',
    'Conv2D Conv2d Convolution2D Conv': 'Convolution',
    'Conv1D Conv1d': 'Convolution1D',
    'Conv2DTranspose ConvTranspose2d Deconvolution ConvTranspose': 'TransposedConvolution',
    'MaxPool2D MaxPool2d MaxPooling2D AvgPool2d AveragePooling2D MaxPool MaxPooling AvgPool':
        'Pooling',
    'MaxPool1D MaxPool1d MaxPooling1D AvgPool1d AveragePooling1D': 'Pooling1D',
    'GlobalAveragePooling2D GlobalMaxPooling2D AdaptiveAvgPool2d GlobalAveragePooling1D':
        'GlobalPooling',
    'Sequential Model Module Network NeuralNetwork MLPClassifier MLPRegressor': 'EpyNN',
    'SimpleRNN RNNCell Recurrent': 'RNN',
    'LSTMCell': 'LSTM',
    'GRUCell': 'GRU',
    'BatchNormalization BatchNorm1d BatchNorm2d BatchNorm1D BatchNorm2D': 'BatchNorm',
    'LayerNormalization': 'LayerNorm',
    'GroupNormalization': 'GroupNorm',
    'Dropout1d Dropout2d SpatialDropout2D SpatialDropout1D': 'Dropout',
    'Input InputLayer DataLoader Dataset train_test_split': 'Embedding',
    'ReLU Relu': 'relu', 'LeakyReLU leaky_relu': 'lrelu', 'ELU': 'elu', 'GELU': 'gelu',
    'gelu_new gelu_pytorch_tanh': 'gelu_tanh', 'ReLU6': 'relu6',
    'Hardswish HardSwish hardswish hard_silu': 'hard_swish',
    'SELU': 'selu', 'SiLU Swish swish': 'silu', 'Sigmoid': 'sigmoid', 'Tanh': 'tanh',
    'Softmax': 'softmax', 'Softplus': 'softplus', 'Identity linear': 'identity',
    'MSELoss MeanSquaredError mean_squared_error mse': 'MSE',
    'L1Loss MeanAbsoluteError mean_absolute_error mae': 'MAE',
    'CrossEntropyLoss CategoricalCrossentropy categorical_crossentropy cross_entropy': 'CCE',
    'NLLLoss SparseCategoricalCrossentropy sparse_categorical_crossentropy': 'ICCE',
    'BCELoss BCEWithLogitsLoss BinaryCrossentropy binary_crossentropy': 'BCE',
    'HuberLoss SmoothL1Loss': 'Huber',
    'HingeLoss': 'Hinge',
    'RMSProp': 'RMSprop', 'AdaGrad': 'Adagrad',
    'CosineAnnealingLR CosineDecay': 'Cosine',
    'OneCycleLR': 'OneCycle',
    'StepLR': 'step',
    'ReduceLROnPlateau': 'ReduceOnPlateau',
    'ModelCheckpoint': 'Checkpoint', 'TensorBoardLogger SummaryWriter': 'TensorBoard',
    'ProgbarLogger TQDMProgressBar ProgressBar': 'BatchBar',
    'load load_model read': 'read_model',
    'save save_model write': 'write_model',
    'accuracy_score Accuracy acc': 'accuracy', 'f1_score f1': 'fscore', 'recall_score': 'recall',
    'precision_score': 'precision', 'roc_auc_score AUC': 'ROC_AUC', 'r2_score r2': 'R2',
    'to_categorical OneHotEncoder one_hot': 'one_hot_encode',
    'MinMaxScaler StandardScaler normalize': 'scale_features',
    'pad_sequences pad': 'padding',
    'gradcheck check_gradient': 'check_gradients',
    'GlorotUniform XavierUniform xavier_uniform': 'glorot_uniform',
    'GlorotNormal XavierNormal xavier_normal': 'glorot_normal',
    'HeNormal KaimingNormal kaiming_normal': 'he_normal',
    'HeUniform KaimingUniform kaiming_uniform': 'he_uniform',
})  # fmt: skip
"""Name in other libraries -> its name in epynn."""
