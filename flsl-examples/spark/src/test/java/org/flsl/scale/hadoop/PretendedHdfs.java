package org.flsl.scale.hadoop;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The files of this machine under the name of HDFS, through all of Hadoop's client. */
public final class PretendedHdfs extends RawLocalFileSystem {
  @Override
  public URI getUri() {
    return URI.create("hdfs://pretended");
  }
}
