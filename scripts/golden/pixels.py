"""Crops and colour changes, by Pillow and torchvision as the published augmentation calls them."""

import numpy as np
import torchvision.transforms as transforms
import torchvision.transforms.functional as functional
from PIL import Image, ImageFilter, ImageOps

CROPS = {
    "resized_crop_96": ("photo", (10, 20, 150, 180), (96, 96)),
    "resized_crop_of_crop_48": ("resized_crop_96", (5, 7, 60, 50), (48, 48)),
    "resized_crop_upsample_96": ("photo", (40, 60, 50, 60), (96, 96)),
    "resized_crop_24x40": ("photo", (3, 5, 240, 200), (24, 40)),
    "resized_crop_of_2_pixels": ("photo", (100, 100, 2, 1), (9, 7)),
    "resized_crop_one_axis": ("resized_crop_96", (0, 0, 96, 96), (96, 50)),
}
COLOURS = {
    "brightness": functional.adjust_brightness,
    "contrast": functional.adjust_contrast,
    "saturation": functional.adjust_saturation,
    "hue": functional.adjust_hue,
    "gaussian_blur_radius": lambda image, radius: image.filter(ImageFilter.GaussianBlur(radius)),
    "solarize": lambda image, threshold: ImageOps.solarize(image, int(threshold)),
}


def crop(photo_or_crop, box, size):
    return functional.resized_crop(
        photo_or_crop, *box, size, interpolation=transforms.InterpolationMode.BICUBIC)


def operation(name, image):
    """The operation that a name like brightness_0.7 stands for."""
    if name == "grayscale":
        return functional.rgb_to_grayscale(image, num_output_channels=3)
    kind, amount = name.rsplit("_", 1)
    return COLOURS[kind](image, float(amount))


def normalised(image):
    return transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))(
        transforms.ToTensor()(image)).numpy()


class Pixels:
    def __init__(self, path):
        self.path = path

    def read(self):
        values = {file.stem: np.asarray(Image.open(file)) for file in self.path.glob("*.png")}
        values["normalised"] = np.load(self.path / "normalised.npy")
        return values

    def make(self):
        images = {"photo": Image.open(self.path / "photo.png")}
        for name, (source, box, size) in CROPS.items():
            images[name] = crop(images[source], box, size)
        values = {}
        for name in self.read():
            if name == "blur_of_3x2":
                images[name] = self.small_blur(images["photo"])
            elif name == "normalised":
                values[name] = normalised(images["resized_crop_96"])
            elif name not in images:
                images[name] = operation(name, images["resized_crop_96"])
        values.update({name: np.asarray(image) for name, image in images.items()})
        return values

    @staticmethod
    def small_blur(photo):
        """A radius larger than the image."""
        return crop(photo, (100, 100, 2, 3), (2, 3)).filter(ImageFilter.GaussianBlur(2))

    def write(self, values):
        for name, value in values.items():
            if name == "normalised":
                np.save(self.path / "normalised.npy", value)
            else:
                Image.fromarray(value).save(self.path / f"{name}.png")
