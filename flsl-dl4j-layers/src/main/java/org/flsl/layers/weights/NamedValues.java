package org.flsl.layers.weights;

import java.util.function.Supplier;

/**
 * A tensor that is to be written.
 *
 * @param values makes its numbers, row by row, when their turn comes
 */
record NamedValues(String name, long[] shape, Supplier<float[]> values) {}
