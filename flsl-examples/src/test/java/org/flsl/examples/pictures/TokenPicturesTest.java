package org.flsl.examples.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What is found out about tokens, checked against plain arithmetic. */
class TokenPicturesTest {
  private static ComputationGraph vit() {
    VitConfig vit = VitConfig.builder().width(8).heads(2).depth(3).patch(4).imageSize(16).build();
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(vit).standalone(new NeuralNetConfiguration.Builder().seed(3), 16, 16));
    graph.init();
    return graph;
  }

  private static RgbImage photo(int width, int height) {
    RgbImage photo = new RgbImage(width, height);
    for (int i = 0; i < photo.data().length; i++) {
      photo.data()[i] = (byte) (i * 37 % 251);
    }
    return photo;
  }

  private static PhotoTokens tokens(RgbImage photo, TokenGrid grid, double[]... rows) {
    return new PhotoTokens(photo, grid, Nd4j.create(rows).castTo(DataType.FLOAT));
  }

  @Test
  void aPhotoKeepsItsShapeAtAnySize() {
    TokenReader reader = new TokenReader(vit(), ViewConfig.paper(), 32);
    PhotoTokens wide = reader.read(photo(60, 30));
    assertEquals(new TokenGrid(4, 8), wide.grid());
    assertArrayEquals(new long[] {32, 8}, wide.tokens().shape());
    assertEquals(2 * 224, TokenReader.usualSide(ViewConfig.paper()));
  }

  @Test
  void aPlaceIsInItsToken() {
    PhotoTokens photo = new PhotoTokens(photo(60, 30), new TokenGrid(4, 8), null);
    assertEquals(0, photo.tokenAt(new Place(0, 0)));
    assertEquals(31, photo.tokenAt(new Place(59, 29)));
    for (int token = 0; token < 32; token++) {
      assertEquals(token, photo.tokenAt(photo.placeOf(token)));
    }
    var outside =
        assertThrows(IllegalArgumentException.class, () -> photo.tokenAt(new Place(60, 3)));
    assertEquals(
        "60,3 lies outside of the photo, which is 60 x 30 pixels (width x height)",
        outside.getMessage());
  }

  @Test
  void attentionOfABlockIsThatOfTheNetwork() {
    ComputationGraph graph = vit();
    INDArray image = new TokenReader(graph, ViewConfig.paper(), 16).image(photo(16, 16));
    INDArray attention = BlockAttention.of(graph, 1).of(image);
    assertArrayEquals(new long[] {2, 16, 16}, attention.shape());

    // By hand: softmax(q k^T / sqrt(d)) of the block's own input and weights.
    INDArray x = graph.feedForward(image, false).get("block_0").slice(0);
    var p = graph.getLayer("block_1").paramTable();
    INDArray centred = x.subColumnVector(x.mean(1));
    INDArray deviation = centred.mul(centred).mean(1).addi(1e-6);
    INDArray normed =
        centred
            .divColumnVector(org.nd4j.linalg.ops.transforms.Transforms.sqrt(deviation))
            .mulRowVector(p.get("norm1Gain").reshape(8))
            .addRowVector(p.get("norm1Bias").reshape(8));
    INDArray qkv = normed.mmul(p.get("qkvW")).addRowVector(p.get("qkvB").reshape(24));
    for (int head = 0; head < 2; head++) {
      INDArray q = qkv.get(NDArrayIndex.all(), NDArrayIndex.interval(4 * head, 4 * head + 4));
      INDArray k = qkv.get(NDArrayIndex.all(), NDArrayIndex.interval(8 + 4 * head, 12 + 4 * head));
      INDArray expected = Nd4j.nn().softmax(q.mmul(k.transpose()).mul(0.5), 1);
      assertTrue(expected.equalsWithEps(attention.slice(head), 1e-5), "head " + head);
    }
  }

  @Test
  void attentionOfATokenIsItsRowAndTheMeanThatOfAllRows() {
    ComputationGraph graph = vit();
    INDArray image = new TokenReader(graph, ViewConfig.paper(), 16).image(photo(16, 16));
    BlockAttention block = BlockAttention.of(graph, 2);
    assertEquals(2, block.heads());
    assertEquals(3, BlockAttention.blocks(graph));
    float[][] mean = block.onAverage(image);
    double sum = 0;
    for (int token = 0; token < 16; token++) {
      sum += block.ofToken(image, token)[1][5] / 16;
    }
    assertEquals(sum, mean[1][5], 1e-6);
  }

  @Test
  void meanShiftGathersWhatIsLikeTheQuery() {
    INDArray tokens = Nd4j.create(new float[][] {{1, 0}, {0, 1}, {-1, 0}});
    float[] weights = new MeanShiftAttention(2).weights(tokens.getRow(0), tokens);
    double sum = Math.exp(2) + 1 + Math.exp(-2);
    assertArrayEquals(
        new float[] {(float) (Math.exp(2) / sum), (float) (1 / sum), (float) (Math.exp(-2) / sum)},
        weights,
        1e-6f);
    INDArray mode = new MeanShiftAttention(2).modes(tokens, tokens).getRow(0);
    assertEquals(weights[0] - weights[2], mode.getFloat(0), 1e-6);
  }

  @Test
  void neighboursAreTheBestTokenOfEachPhotoBestFirst() {
    TokenGrid grid = new TokenGrid(1, 2);
    List<PhotoTokens> photos =
        List.of(
            tokens(photo(2, 1), grid, new double[] {0, 9}, new double[] {1, 1}),
            tokens(photo(2, 1), grid, new double[] {5, 0}, new double[] {0, -1}));
    var found = Neighbours.of(Nd4j.createFromArray(2f, 0f), photos, 5);
    assertEquals(2, found.size());
    assertEquals(new Neighbours.Neighbour(1, 0, 1), found.get(0));
    assertEquals(0, found.get(1).photo());
    assertEquals(1, found.get(1).token());
    assertEquals(Math.sqrt(0.5), found.get(1).similarity(), 1e-6);
  }

  @Test
  void clustersKeepTheirColoursOverAllPhotos() {
    RankedClusters ranked = RankedClusters.of(List.of(new int[] {7, 7, 3}, new int[] {3, 7, 100}));
    assertEquals(List.of(7, 3, 100), ranked.clusters());
    assertArrayEquals(new int[] {0, 0, 1}, ranked.ofPhoto(0));
    assertArrayEquals(new int[] {1, 0, 2}, ranked.ofPhoto(1));
    assertEquals(0.5, ranked.share(0));
  }

  @Test
  void aMapHasTheShapeOfThePhotoAndTheColoursOfItsClusters() {
    PhotoTokens photo = new PhotoTokens(new RgbImage(40, 20), new TokenGrid(1, 2), null);
    BufferedImage map = new Painter(80, Upsampling.CELLS).clusters(photo, new int[] {0, 5});
    assertEquals(80, map.getWidth());
    assertEquals(40, map.getHeight());
    // The photo is black: a quarter of its shade takes a quarter of the light.
    int expected = Palette.mixed(Palette.cluster(0).getRGB() & 0xffffff, 0, 0.25);
    assertEquals(expected, map.getRGB(10, 20) & 0xffffff);
    assertNotEquals(map.getRGB(10, 20), map.getRGB(70, 20));
  }

  @Test
  void heatIsBrightWhereTheWeightIs() {
    PhotoTokens photo = new PhotoTokens(new RgbImage(40, 20), new TokenGrid(1, 2), null);
    BufferedImage heat =
        new Painter(40, Upsampling.CELLS)
            .heat(photo, new float[] {0.1f, 0.9f}, new WeightRange(0.1, 0.9));
    assertTrue((heat.getRGB(30, 10) >> 16 & 0xff) > 150, "bright");
    assertTrue((heat.getRGB(10, 10) >> 16 & 0xff) < 20, "dark");
  }
}
