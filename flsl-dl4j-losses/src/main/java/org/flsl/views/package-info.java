/**
 * From a folder of photographs to the views FLSL trains on.
 *
 * <p>{@link org.flsl.views.ImageFolder} finds the photographs, {@link org.flsl.views.ViewSampler}
 * crops and augments one of them as {@link org.flsl.views.ViewConfig} says, and {@link
 * org.flsl.views.MultiViewIterator} makes batches of them for {@code ComputationGraph.fit}.
 *
 * <p>Letters in shapes: B batch, N tokens, n_q queries, g global view size, l local view size.
 */
package org.flsl.views;
