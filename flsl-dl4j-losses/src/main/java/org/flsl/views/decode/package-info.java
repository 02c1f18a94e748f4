/**
 * From files of many formats to {@link org.flsl.views.pixels.RgbImage}.
 *
 * <p>OpenCV decodes what it knows (JPEG, PNG, BMP, WEBP, TIFF: its values equal Pillow's), ImageIO the
 * rest (GIF, animated WEBP). What neither reads is an {@link
 * org.flsl.views.decode.UnreadableImageException}.
 */
package org.flsl.views.decode;
