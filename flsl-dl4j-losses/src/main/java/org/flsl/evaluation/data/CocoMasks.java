package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
      boolean known = annotation.isOutlined(photo);
      int label = known ? listing.index(annotation) : LabelMask.IGNORED;
      annotation
          .pixels(photo)
          .map(pixels -> new Painted(pixels, label))
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
