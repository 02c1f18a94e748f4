/**
 * Pixel arithmetic on 8-bit RGB images, in plain Java.
 *
 * <p>Every operation follows Pillow's integer arithmetic, because the published augmentations were
 * run with it. Nothing here draws random numbers or knows of DataVec: the classes of {@code
 * org.flsl.views.transforms} wrap them for that.
 */
package org.flsl.views.pixels;
