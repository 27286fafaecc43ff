"""The functions of CS231n against torch, in float64."""

import numpy as np
import pytest

from epynn.coursework import cs231n

torch = pytest.importorskip('torch')
F = torch.nn.functional


def compare(ours, theirs, arrays, rng, tolerance=1e-11):
    """Compare the output and the gradients of all arrays.

    `ours` returns the output and a function from its gradient to those of the arrays.
    """
    out, backward = ours(*arrays)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    expected = theirs(*tensors)
    np.testing.assert_allclose(out, expected.detach().numpy(), atol=tolerance)
    dout = rng.standard_normal(out.shape)
    gradients = torch.autograd.grad(expected, tensors, torch.tensor(dout))
    for gradient, reference in zip(backward(dout), gradients, strict=True):
        np.testing.assert_allclose(gradient, reference.numpy(), atol=tolerance)


@pytest.mark.parametrize(
    ('size', 'filters', 'stride', 'pad'),
    [
        ((3, 31, 31), (25, 3, 3), 2, 1),
        ((4, 9, 7), (5, 3, 2), 1, 0),
        ((1, 8, 8), (2, 5, 5), 1, 2),
        ((2, 6, 6), (3, 1, 1), 3, 0),
        ((2, 8, 9), (3, 3, 3), 2, 0),
    ],
)
def test_conv(size, filters, stride, pad, rng):
    param = {'stride': stride, 'pad': pad}
    count, *window = filters

    def ours(x, w, b):
        out, cache = cs231n.conv_forward(x, w, b, param)
        return out, lambda dout: cs231n.conv_backward(dout, cache)

    arrays = [
        rng.standard_normal((6, *size)), rng.standard_normal((count, size[0], *window)),
        rng.standard_normal(count),
    ]  # fmt: skip
    compare(ours, lambda x, w, b: F.conv2d(x, w, b, stride, pad), arrays, rng)


@pytest.mark.parametrize(('window', 'stride'), [((2, 2), 2), ((3, 2), 1), ((2, 2), 3)])
def test_max_pool(window, stride, rng):
    param = {'pool_height': window[0], 'pool_width': window[1], 'stride': stride}

    def ours(x):
        out, cache = cs231n.max_pool_forward(x, param)
        return out, lambda dout: [cs231n.max_pool_backward(dout, cache)]

    # Small whole numbers: many ties, which torch settles likewise, the first winner in row order
    x = rng.integers(3, size=(4, 3, 8, 9)).astype(float)
    compare(ours, lambda x: F.max_pool2d(x, window, stride), [x], rng, 0)


@pytest.mark.parametrize('mode', ['train', 'test'])
def test_spatial_batchnorm(mode, rng):
    x, (gamma, beta, mean) = rng.standard_normal((4, 3, 5, 6)), rng.standard_normal((3, 3))
    var = rng.uniform(1, 2, 3)

    def ours(x, gamma, beta):
        param = {'mode': mode, 'running_mean': mean, 'running_var': var}
        out, cache = cs231n.spatial_batchnorm_forward(x, gamma, beta, param)
        return out, lambda dout: cs231n.spatial_batchnorm_backward(dout, cache)

    def theirs(x, gamma, beta):
        running = torch.tensor(mean), torch.tensor(var)
        return F.batch_norm(x, *running, gamma, beta, mode == 'train')

    compare(ours, theirs, [x, gamma, beta], rng)


def test_layernorm(rng):
    def ours(x, gamma, beta):
        out, cache = cs231n.layernorm_forward(x, gamma, beta, {})
        return out, lambda dout: cs231n.layernorm_backward(dout, cache)

    arrays = [rng.standard_normal((5, 7)), *rng.standard_normal((2, 7))]
    compare(ours, lambda x, gamma, beta: F.layer_norm(x, (7,), gamma, beta), arrays, rng)


@pytest.mark.parametrize('G', [1, 2, 6])
def test_spatial_groupnorm(G, rng):
    def ours(x, gamma, beta):
        out, cache = cs231n.spatial_groupnorm_forward(x, gamma, beta, G, {})
        return out, lambda dout: cs231n.spatial_groupnorm_backward(dout, cache)

    arrays = [rng.standard_normal((3, 6, 4, 5)), *rng.standard_normal((2, 6))]
    compare(ours, lambda x, gamma, beta: F.group_norm(x, G, gamma, beta), arrays, rng)


def test_softmax_loss(rng):
    x, y = 20 * rng.standard_normal((6, 5)), rng.integers(5, size=6)
    loss, dx = cs231n.softmax_loss(x, y)
    tensor = torch.tensor(x, requires_grad=True)
    expected = F.cross_entropy(tensor, torch.tensor(y))
    expected.backward()
    assert abs(loss - expected.item()) < 1e-13
    np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-15)


def test_im2col_is_unfold(rng):
    x = rng.standard_normal((3, 2, 6, 5))
    cols = cs231n.im2col_indices(x, 3, 2, padding=1, stride=2)
    unfolded = F.unfold(torch.tensor(x), (3, 2), padding=1, stride=2).numpy()  # (N, taps, blocks)
    np.testing.assert_array_equal(cols, unfolded.transpose(1, 2, 0).reshape(cols.shape))
