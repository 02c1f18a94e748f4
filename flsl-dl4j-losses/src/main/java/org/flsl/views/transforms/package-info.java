/**
 * The augmentations of the paper as DataVec image transforms, for DL4J's own image pipelines.
 *
 * <p>They work on the 8-bit images of {@code NativeImageLoader} and can be mixed with DataVec's
 * transforms in a {@code PipelineImageTransform}. Like all DataVec transforms they remember the
 * last image and are for one thread. {@link org.flsl.views.MultiViewIterator} does not go through
 * them: it uses the same pixel arithmetic directly.
 */
package org.flsl.views.transforms;
