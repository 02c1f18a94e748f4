package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * How several views of one image are packed into one sequence: {@code [batch, sum N_v, width]}.
 *
 * <p>Linear layers and norms do not care; attention and mean shift must not look beyond a view and
 * work on one {@link Group} at a time: neighbouring views of the same size, which can share a
 * batched product.
 *
 * @param sizes tokens of each view, in the order of packing
 */
public record PackedViews(List<Long> sizes) {

  /**
   * Neighbouring views of the same size.
   *
   * @param from first token of the first view
   * @param views number of views
   * @param tokens tokens of each view
   */
  public record Group(long from, long views, long tokens) {
    long length() {
      return views * tokens;
    }
  }

  /** Copies the sizes. */
  public PackedViews {
    sizes = List.copyOf(sizes);
    if (sizes.isEmpty() || sizes.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "Views need at least one token each, but their sizes are " + sizes);
    }
  }

  /** Packing of views with the given numbers of tokens. */
  public static PackedViews of(long... sizes) {
    List<Long> list = new ArrayList<>();
    for (long size : sizes) {
      list.add(size);
    }
    return new PackedViews(list);
  }

  /** Tokens of all views together. */
  public long total() {
    return sizes.stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Checks that a layer receives as many tokens as these views have together.
   *
   * @param layer name for the message
   * @param what it is made for, such as {@code tokens}
   * @param found how many there are
   * @throws IllegalArgumentException if there are more or fewer
   */
  public void check(String layer, String what, long found) {
    if (found != total()) {
      throw new IllegalArgumentException(
          String.format(
              "%s is made for views of %s %s, %d together, but its input has %d %s",
              layer, sizes, what, total(), found, what));
    }
  }

  /** The views, neighbours of the same size together. */
  public List<Group> groups() {
    return groups(this);
  }

  /**
   * The views, neighbours together that have the same size both here and in {@code other}, another
   * sequence of the same views.
   */
  public List<Group> groups(PackedViews other) {
    List<Group> groups = new ArrayList<>();
    long from = 0;
    for (int i = 0; i < sizes.size(); ) {
      int end = i + 1;
      while (end < sizes.size()
          && sizes.get(end).equals(sizes.get(i))
          && other.sizes.get(end).equals(other.sizes.get(i))) {
        end++;
      }
      groups.add(new Group(from, end - i, sizes.get(i)));
      from += (end - i) * sizes.get(i);
      i = end;
    }
    return groups;
  }

  /**
   * Cuts out one group.
   *
   * @param packed {@code [batch, total, width]}
   * @return {@code [batch * views, tokens, width]}
   */
  public SDVariable cut(Definition definition, SDVariable packed, Group group, long width) {
    SDVariable part = packed;
    if (group.length() != total()) {
      // Masks: begin and end count on the token axis only, the others are taken whole.
      part =
          definition
              .sameDiff()
              .stridedSlice(
                  packed,
                  new long[] {0, group.from(), 0},
                  new long[] {0, group.from() + group.length(), 0},
                  new long[] {1, 1, 1},
                  0b101,
                  0b101,
                  0,
                  0,
                  0);
    }
    return part.reshape(-1, group.tokens(), width);
  }

  /**
   * Joins parts as {@link #cut} gives them.
   *
   * @param parts one for each group, {@code [batch * views, tokens, width]}
   * @return {@code [batch, total, width]}
   */
  public static SDVariable join(
      Definition definition, List<SDVariable> parts, List<Group> groups, long width) {
    SDVariable[] sequences = new SDVariable[parts.size()];
    for (int i = 0; i < sequences.length; i++) {
      sequences[i] = parts.get(i).reshape(-1, groups.get(i).length(), width);
    }
    return sequences.length == 1 ? sequences[0] : definition.sameDiff().concat(1, sequences);
  }
}
