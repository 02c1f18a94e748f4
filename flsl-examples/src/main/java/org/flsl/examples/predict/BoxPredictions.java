package org.flsl.examples.predict;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.downstream.detection.Detection;
import org.flsl.downstream.detection.Detector;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.examples.pictures.BoxOverlay;
import org.flsl.examples.train.TrainedModel;
import org.flsl.training.checkpoint.AtomicFile;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Boxes in COCO's json: images, categories, and annotations with a score, and with the run lengths
 * of a mask where the model tells them; {@code flsl eval detection} and {@code instances} compare
 * them with the truth by the names of images and categories.
 */
final class BoxPredictions implements Predictions {
  private final Detector detector;
  private final TrainedModel model;
  private final Path file;
  private final Overlays overlays;
  private final AtomicFile.Unfinished unfinished;

  /** Annotations are written as they come: of many photos they are more than memory holds. */
  private final JsonGenerator json;

  private final ArrayNode images = JsonNodeFactory.instance.arrayNode();
  private int annotations;

  private BoxPredictions(TrainedModel model, Path folder, Overlays overlays) throws IOException {
    this.model = model;
    this.detector = new Detector(model.graph(), model.size(), model.views());
    this.file = folder.resolve("detections.json");
    this.overlays = overlays;
    this.unfinished = AtomicFile.begin(file);
    this.json = new ObjectMapper().getFactory().createGenerator(unfinished.out());
    json.writeStartObject();
    json.writeArrayFieldStart("annotations");
  }

  /** Those of the models of {@code flsl train detection} or {@code instances}. */
  static Factory factory(String task) {
    return new Factory() {
      @Override
      public String task() {
        return task;
      }

      @Override
      public Predictions of(TrainedModel model, Path folder, Overlays overlays) throws IOException {
        return new BoxPredictions(model, folder, overlays);
      }
    };
  }

  @Override
  public void add(List<Photo> photos) throws IOException {
    List<List<Detection>> found = detector.detect(photos.stream().map(Photo::image).toList());
    for (int i = 0; i < photos.size(); i++) {
      Photo photo = photos.get(i);
      List<Detection> said = found.get(i);
      int id = images.size() + 1;
      images
          .addObject()
          .put("id", id)
          .put("file_name", photo.name())
          .put("width", photo.image().width())
          .put("height", photo.image().height());
      for (Detection each : said) {
        json.writeTree(annotation(id, each));
      }
      overlays.add(
          photo,
          () ->
              new BoxOverlay(photo.image(), model.classes())
                  .detections(said, overlays.leastScore()));
    }
  }

  private ObjectNode annotation(int image, Detection found) {
    LabelledBox box = found.box();
    annotations++;
    ObjectNode annotation =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", annotations)
            .put("image_id", image)
            .put("category_id", model.labels().get(box.category()))
            .put("score", found.score())
            .put(
                "area",
                found.mask().map(RunLengths::area).map(Long::doubleValue).orElse(box.area()))
            .put("iscrowd", 0);
    annotation
        .putArray("bbox")
        .add(box.left())
        .add(box.top())
        .add(box.right() - box.left())
        .add(box.bottom() - box.top());
    found.mask().ifPresent(mask -> add(annotation, mask));
    return annotation;
  }

  private static void add(ObjectNode annotation, RunLengths mask) {
    ObjectNode segmentation = annotation.putObject("segmentation");
    segmentation.putArray("size").add(mask.height()).add(mask.width());
    segmentation.put("counts", mask.compressed());
  }

  @Override
  public List<String> finish() throws IOException {
    json.writeEndArray();
    json.writeFieldName("images");
    json.writeTree(images);
    json.writeArrayFieldStart("categories");
    for (int i = 0; i < model.classes().size(); i++) {
      json.writeStartObject();
      json.writeNumberField("id", model.labels().get(i));
      json.writeStringField("name", model.classes().get(i));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.flush();
    unfinished.finish();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  %,d %s in %,d images, for ./flsl eval %s"
            .formatted(
                file,
                annotations,
                detector.hasMasks() ? "boxes and masks" : "boxes",
                images.size(),
                model.task()));
    lines.addAll(
        overlays.line(
            "those with a score of at least %s over the photos".formatted(overlays.leastScore())));
    return lines;
  }

  @Override
  public void close() throws IOException {
    unfinished.close();
  }
}
