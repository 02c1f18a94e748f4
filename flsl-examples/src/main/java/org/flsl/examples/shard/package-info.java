/** {@code flsl shard}: photos into tar files, as large collections are kept. */
package org.flsl.examples.shard;
