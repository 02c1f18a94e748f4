/**
 * Arbiter's {@code LayerSpace} for the layers of this project that have something to search, for
 * use in an ordinary {@code ComputationGraphSpace}.
 *
 * <p>The patch embedding is a vertex: add it with {@code addVertex}.
 */
package org.flsl.arbiter.layers;
