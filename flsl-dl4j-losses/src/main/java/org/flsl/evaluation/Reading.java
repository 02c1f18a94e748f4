package org.flsl.evaluation;

import java.io.Serializable;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.flsl.layers.BackboneGraph;

/**
 * How the features of a network are read: what of which blocks, of images of which sizes.
 *
 * <p>Say it once, to {@link GraphFeatures#read}: measures, random twins and raw pixels follow.
 *
 * @param blocks from 1 at the entrance, whose tokens are joined; none for the features themselves,
 *     or, of keys, for the last block
 * @param part what of a block is read
 * @param scales an image is read at each of these sizes, in proportion to its own
 */
public record Reading(List<Integer> blocks, Part part, List<Double> scales)
    implements Serializable {

  /** What of a block is read. */
  public enum Part {
    /** What it hands on. */
    OUTPUT,
    /** The keys of its attention, as dense features of DINO are usually read. */
    KEYS
  }

  /** The features themselves, of images as they are. */
  public static final Reading USUAL = new Reading(List.of(), Part.OUTPUT, List.of(1.0));

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no scale, or one that is none
   */
  public Reading {
    blocks = List.copyOf(blocks);
    scales = List.copyOf(scales);
    if (scales.isEmpty()
        || !scales.stream().allMatch(scale -> scale > 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException(
          "Images are read at scales above 0, such as 1 and 1.5, got " + scales);
    }
  }

  /**
   * What blocks hand on, without a norm behind them.
   *
   * <p>Where they have feature maps of several sizes, smaller ones are enlarged: a place takes the
   * token that covers it (hypercolumns).
   */
  public static Reading ofBlocks(int... numbers) {
    return new Reading(IntStream.of(numbers).boxed().toList(), Part.OUTPUT, USUAL.scales);
  }

  /** The keys of blocks' attention; without a number of the last block. */
  public static Reading ofKeys(int... numbers) {
    return new Reading(IntStream.of(numbers).boxed().toList(), Part.KEYS, USUAL.scales);
  }

  /**
   * The same of images of several sizes: tokens are brought to the grid of the image's own size and
   * to length one, and averaged.
   */
  public Reading atScales(double... factors) {
    return new Reading(blocks, part, DoubleStream.of(factors).boxed().toList());
  }

  /**
   * The blocks of a network that are read.
   *
   * @throws IllegalArgumentException if it has no such block, or the block no keys
   */
  public List<Integer> blocksOf(BackboneGraph network) {
    List<Integer> chosen =
        part == Part.KEYS && blocks.isEmpty() ? List.of(network.blocks().size()) : blocks;
    chosen.forEach(part == Part.KEYS ? network::heads : network::block);
    return chosen;
  }
}
