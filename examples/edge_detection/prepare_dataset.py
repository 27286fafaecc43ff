"""A photograph of scikit-learn: a temple in China."""

from sklearn.datasets import load_sample_image


def prepare_dataset():
    """Return the photograph as a batch of one image.

    Returns
    -------
    X : ndarray (1, 427, 640, 3)
        Red, green and blue from 0 to 1.
    """
    photo = load_sample_image('china.jpg')
    return photo[None] / 255  # (h, w, d) -> (m, h, w, d); levels 0 .. 255 -> 0 .. 1
