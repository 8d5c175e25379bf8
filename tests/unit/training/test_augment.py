import torch

from visualtaste.training.augment import augment


def _generator():
    return torch.Generator().manual_seed(1)


def test_shape_and_type_stay():
    pixels = torch.randint(0, 256, (5, 32, 32, 3), dtype=torch.uint8)
    changed = augment(pixels, _generator())
    assert changed.shape == pixels.shape
    assert changed.dtype == torch.uint8
    assert not torch.equal(changed, pixels)


def test_the_generator_decides():
    pixels = torch.randint(0, 256, (5, 32, 32, 3), dtype=torch.uint8)
    assert torch.equal(augment(pixels, _generator()), augment(pixels, _generator()))


def test_it_is_mild():
    """A flat photo only changes its brightness, by at most 10 %."""
    changed = augment(torch.full((64, 32, 32, 3), 100, dtype=torch.uint8), _generator())
    assert changed.min() >= 90 - 1
    assert changed.max() <= 110
    assert torch.equal(changed, changed[:, :1, :1].expand_as(changed))


def test_photos_are_shifted_by_at_most_a_sixteenth():
    pixels = torch.zeros(200, 32, 32, 3, dtype=torch.uint8)
    pixels[:, 16, 16] = 200  # one bright spot; mirroring moves it from column 16 to 15
    changed = augment(pixels, _generator())
    rows, columns = changed.amax(3).flatten(1).argmax(1) // 32, changed.amax(3).flatten(1).argmax(1) % 32
    assert set(rows.tolist()) == set(range(14, 19))
    assert set(columns.tolist()) <= set(range(13, 19))
