"""The losses of epynn as functions of PyTorch's tensors: ``f(Y, A) -> loss of each sample``.

The cross-entropies are here twice: of outputs, and of what goes into softmax or sigmoid, where
PyTorch has functions of its own.
"""


def of_elements(Y, A, name, **options):
    """Take a loss of `torch.nn.functional`, and its mean over the outputs."""
    import torch.nn.functional as F

    return getattr(F, name)(A, Y, reduction='none', **options).mean(1)


def msle(Y, A):
    import torch

    return of_elements(torch.log1p(Y), torch.log1p(A), 'mse_loss')


def hinge(Y, A):
    return (1 - (2 * Y - 1) * A).clamp(min=0).mean(1)


def smooth(Y, share, answers):
    """Give a share of the truth to all answers alike."""
    return (1 - share) * Y + share / answers


def cce(Y, A, share=0.0):
    return -(smooth(Y, share, A.shape[1]) * A.log()).sum(1)


def icce(Y, A, share=0.0):
    import torch.nn.functional as F

    return cce(F.one_hot(Y[:, 0], A.shape[1]).to(A.dtype), A, share)


def bce(Y, A, share=0.0):
    return of_elements(smooth(Y, share, 2), A, 'binary_cross_entropy')


def cce_of_logits(Y, Z, share=0.0, T=1.0):
    import torch.nn.functional as F

    return F.cross_entropy(Z / T, Y, reduction='none', label_smoothing=share)


def icce_of_logits(Y, Z, share=0.0, T=1.0):
    return cce_of_logits(Y[:, 0], Z, share, T)


def bce_of_logits(Y, Z, share=0.0):
    return of_elements(smooth(Y, share, 2), Z, 'binary_cross_entropy_with_logits')
