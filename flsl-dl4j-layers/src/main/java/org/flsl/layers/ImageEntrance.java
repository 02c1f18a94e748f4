package org.flsl.layers;

/**
 * A layer or vertex where images enter a network and become tokens, which says how.
 *
 * <p>Let the entrance of a backbone implement it where shapes do not tell: {@link BackboneGraph}
 * asks it. Convolutional networks need none.
 */
public interface ImageEntrance {

  /** Channels of its images. */
  int channels();

  /** Side of a patch in pixels; the patches have to divide an image. */
  int patch();

  /**
   * The grid that the network was made for; times {@link #patch()} it is the size of its images.
   */
  TokenGrid baseGrid();

  /** Tokens in front of those of the patches, such as class and register tokens. */
  int leadingTokens();
}
