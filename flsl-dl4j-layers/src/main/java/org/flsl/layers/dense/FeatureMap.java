package org.flsl.layers.dense;

/**
 * A feature map in a graph under construction, {@code [B, channels, height / stride, width /
 * stride]}.
 *
 * @param vertex name of the vertex that yields it
 * @param channels of the map
 * @param stride side in pixels of the square that a place stands for
 */
public record FeatureMap(String vertex, int channels, int stride) {}
