package org.flsl.evaluation.data;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * An object that COCO's json describes.
 *
 * @param id for messages
 * @param drawn its outline
 * @param written its bbox: left, top, width and height
 * @param area as the file says
 */
record CocoAnnotation(
    String id,
    long category,
    Part<Shape> drawn,
    Part<double[]> written,
    OptionalDouble area,
    boolean crowd) {

  /** Reads an entry of the annotations. */
  static CocoAnnotation of(JsonNode entry, long category) {
    return new CocoAnnotation(
        entry.path("id").asText("without id"),
        category,
        Part.of(entry.path("segmentation"), CocoNotation::shape),
        Part.of(entry.path("bbox"), CocoNotation::box),
        entry.path("area").isNumber()
            ? OptionalDouble.of(entry.get("area").asDouble())
            : OptionalDouble.empty(),
        entry.path("iscrowd").asInt() == 1);
  }

  /** The outline, if there is one that fits the image. */
  Optional<Shape> outline(CocoPhoto photo) {
    return Optional.ofNullable(drawn.value)
        .filter(shape -> shape.fits(photo.width(), photo.height()));
  }

  /**
   * Left, top, right and bottom: the bbox, whose corners may be swapped, or else that of the
   * outline; null without either.
   */
  double[] box() {
    if (written.value != null) {
      return edges();
    }
    return drawn.value == null ? null : drawn.value.bounds();
  }

  /** Left, top, width and height: the bbox, or else that of the outline. */
  Optional<double[]> bbox() {
    return Optional.ofNullable(box())
        .map(
            edges ->
                new double[] {
                  Math.min(edges[0], edges[2]),
                  Math.min(edges[1], edges[3]),
                  written.value == null ? edges[2] - edges[0] : Math.abs(written.value[2]),
                  written.value == null ? edges[3] - edges[1] : Math.abs(written.value[3])
                });
  }

  private double[] edges() {
    double[] box = written.value;
    return new double[] {box[0], box[1], box[0] + box[2], box[1] + box[3]};
  }

  /** Whether it is known which pixels belong to it: it is one object, and has an outline. */
  boolean isOutlined(CocoPhoto photo) {
    return !crowd && outline(photo).isPresent();
  }

  /** The pixels that it covers, or else those of its bbox; empty without either. */
  Optional<BinaryMask> pixels(CocoPhoto photo) {
    return outline(photo)
        .or(this::bboxAsShape)
        .map(shape -> shape.rasterise(photo.width(), photo.height()));
  }

  private Optional<Shape> bboxAsShape() {
    return Optional.ofNullable(written.value)
        .flatMap(box -> bbox())
        .map(box -> Polygons.rectangle(box[0], box[1], box[0] + box[2], box[1] + box[3]));
  }

  /**
   * A part of an annotation.
   *
   * @param value null where the file has none that can be used
   * @param problem what is wrong with it; null where nothing is
   */
  record Part<T>(T value, String problem) {

    static <T> Part<T> of(JsonNode value, Function<JsonNode, T> reader) {
      try {
        boolean none = value.isMissingNode() || value.isNull() || value.isEmpty();
        return new Part<>(none ? null : reader.apply(value), null);
      } catch (IllegalArgumentException e) {
        return new Part<>(null, e.getMessage());
      }
    }
  }
}
