package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The masks of COCO's objects and the boxes around them, drawn in the beginning. */
final class CocoMaskedBoxes extends CocoImages implements MaskedBoxSet {
  private static final Logger LOG = LoggerFactory.getLogger(CocoMaskedBoxes.class);

  private final List<MaskedObjects> objects;

  CocoMaskedBoxes(CocoListing listing) {
    super(listing);
    this.objects = masked(listing);
  }

  @Override
  public MaskedObjects objects(int image) {
    return objects.get(image);
  }

  private static List<MaskedObjects> masked(CocoListing listing) {
    // Drawing takes a few milliseconds an object.
    List<Drawn> drawn =
        IntStream.range(0, listing.photos().size())
            .parallel()
            .mapToObj(image -> drawn(listing, image))
            .toList();
    Unusable empty = new Unusable();
    drawn.forEach(each -> each.empty.forEach(id -> empty.add("annotation " + id)));
    CocoEntries entries = listing.entries();
    empty.warn(
        LOG, entries.file(), "objects that cover no pixel, left out", entries.objects().size());
    return drawn.stream().map(Drawn::objects).toList();
  }

  /**
   * The objects of an image.
   *
   * @param empty ids of those that cover no pixel
   */
  private record Drawn(MaskedObjects objects, List<String> empty) {}

  private static Drawn drawn(CocoListing listing, int image) {
    CocoPhoto photo = listing.photos().get(image);
    List<MaskedObjects.Masked> objects = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    for (CocoAnnotation annotation : listing.entries().of(photo)) {
      Optional<BinaryMask> pixels = annotation.pixels(photo);
      if (pixels.isPresent() && pixels.get().area() > 0) {
        BinaryMask upright = listing.turns().turned(image, pixels.get());
        objects.add(
            new MaskedObjects.Masked(
                listing.index(annotation), upright, annotation.isOutlined(photo)));
      } else if (pixels.isPresent()) {
        empty.add(annotation.id());
      }
    }
    return new Drawn(MaskedObjects.of(objects), empty);
  }
}
