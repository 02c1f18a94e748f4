/**
 * Pictures of what tokens know: clusters, attention, principal components, neighbours.
 *
 * <p>{@link org.flsl.examples.pictures.TokenReader} turns photos into tokens, small classes find
 * something out about them, {@link org.flsl.examples.pictures.Painter} draws it over the photo, and
 * {@link org.flsl.examples.pictures.Sheet} puts pictures side by side.
 */
package org.flsl.examples.pictures;
