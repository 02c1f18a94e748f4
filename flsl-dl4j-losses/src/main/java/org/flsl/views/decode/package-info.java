/**
 * From files of many formats to {@link org.flsl.views.pixels.Image}.
 *
 * <p>OpenCV decodes JPEG, PNG, BMP, WEBP and TIFF (its values equal Pillow's), ImageIO decodes GIF
 * and deep TIFF. What they cannot read is an {@link
 * org.flsl.views.decode.UnreadableImageException}.
 */
package org.flsl.views.decode;
