package org.flsl.arbiter;

import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;

/**
 * Photos, as Arbiter's configuration names its data: a label for its web page.
 *
 * <p>The training reads its images itself, in its own seeded order.
 */
public final class PhotoFolder implements DataSource {
  private static final long serialVersionUID = 1L;

  /** For Arbiter, which makes it by name. */
  public PhotoFolder() {}

  @Override
  public void configure(Properties properties) {}

  @Override
  public Object trainData() {
    throw unused();
  }

  @Override
  public Object testData() {
    throw unused();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException(
        "a pretraining reads its photos itself: train with PretrainTaskCreator");
  }

  @Override
  public Class<?> getDataType() {
    return PhotoFolder.class;
  }
}
