package org.flsl.evaluation.data;

import java.util.List;

/** The boxes of COCO's objects, those of outlines where an object has none. */
final class CocoBoxes extends CocoImages implements BoxSet {
  private final CheckedBoxes checked;

  CocoBoxes(CocoListing listing) {
    super(listing);
    this.checked =
        CheckedBoxes.of(
            listing.entries().file(),
            listing.files(),
            listing.photos().stream().map(photo -> raw(listing, photo)).toList(),
            listing.classes(),
            listing.turns());
  }

  private static List<RawBox> raw(CocoListing listing, CocoPhoto photo) {
    return listing.entries().of(photo).stream()
        .filter(annotation -> annotation.box() != null)
        .map(
            annotation -> {
              double[] box = annotation.box();
              String name = listing.classes().get(listing.index(annotation));
              return new RawBox(name, box[0], box[1], box[2], box[3], annotation.crowd());
            })
        .toList();
  }

  @Override
  public List<LabelledBox> boxes(int image) {
    return checked.boxes(image);
  }

  @Override
  public List<LabelledBox> ignored(int image) {
    return checked.ignored(image);
  }
}
