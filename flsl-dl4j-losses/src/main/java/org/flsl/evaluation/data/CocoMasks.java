package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The classes of pixels that COCO's outlines tell, drawn when asked for. */
final class CocoMasks extends CocoImages implements SegmentationSet {
  private final CocoListing listing;

  CocoMasks(CocoListing listing) {
    super(listing);
    this.listing = listing;
  }

  @Override
  public LabelMask mask(int image) {
    return listing.turns().turned(image, drawn(listing.photos().get(image)));
  }

  /** Small objects over large ones, and all of them over what is not known. */
  private LabelMask drawn(CocoPhoto photo) {
    List<Painted> unknown = new ArrayList<>();
    List<Painted> objects = new ArrayList<>();
    for (CocoAnnotation annotation : listing.entries().of(photo)) {
      Optional<Shape> outline = annotation.outline(photo);
      boolean known = outline.isPresent() && !annotation.crowd();
      int label = known ? listing.index(annotation) : LabelMask.IGNORED;
      outline
          .or(annotation::bboxAsShape)
          .map(shape -> new Painted(shape.rasterise(photo.width(), photo.height()), label))
          .ifPresent((known ? objects : unknown)::add);
    }
    objects.sort(Comparator.comparingInt((Painted object) -> object.pixels.area()).reversed());
    int[] labels = new int[photo.width() * photo.height()];
    unknown.forEach(region -> region.pixels.paint(region.label, labels));
    objects.forEach(object -> object.pixels.paint(object.label, labels));
    return new LabelMask(photo.width(), photo.height(), labels);
  }

  private record Painted(BinaryMask pixels, int label) {}
}
