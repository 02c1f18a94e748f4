package org.flsl.evaluation.data;

import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Photos of the sizes that COCO's json says; those who extend it know their labels. */
abstract class CocoImages extends ListedImages {
  private final CocoListing listing;

  CocoImages(CocoListing listing) {
    super(
        listing.photos().stream().map(CocoPhoto::name).toList(),
        listing.files(),
        listing.classes());
    this.listing = listing;
  }

  @Override
  public final Image image(int index, ImageDecoder decoder) {
    Image image = super.image(index, decoder);
    CocoPhoto photo = listing.photos().get(index);
    boolean same = image.width() == photo.width() && image.height() == photo.height();
    boolean turned = image.width() == photo.height() && image.height() == photo.width();
    if (!same && !(turned && listing.turns().exchangesSides(index))) {
      throw new DatasetException(
          "%s has %d x %d pixels (width x height), but %s says %d x %d: annotations would not fit; take the images that they were made for"
              .formatted(
                  photo.name(),
                  image.width(),
                  image.height(),
                  listing.entries().file(),
                  photo.width(),
                  photo.height()));
    }
    return image;
  }
}
