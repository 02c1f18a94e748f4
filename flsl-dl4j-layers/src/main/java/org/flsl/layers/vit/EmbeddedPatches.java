package org.flsl.layers.vit;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.flsl.layers.Init;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.Linear;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.enums.PadMode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How images become tokens: the settings, parameters and computation of {@link PatchEmbedding} and
 * {@link PatchEmbeddingLayer}.
 *
 * <p>In their JSON the settings stand among their own.
 */
final class EmbeddedPatches implements Serializable {
  static final String WEIGHT = "patchW";
  static final String BIAS = "patchB";
  static final String POSITIONS = "positions";
  static final String LEADING = "leading";

  @JsonProperty private int patch;
  @JsonProperty private int channels;
  @JsonProperty private int width;
  @JsonProperty private Positions positions;
  @JsonProperty private int gridHeight;
  @JsonProperty private int gridWidth;
  @JsonProperty private int leading;
  @JsonProperty private double positionJitter;

  private EmbeddedPatches() {}

  EmbeddedPatches(VitConfig config) {
    this.patch = config.patch();
    this.channels = config.channels();
    this.width = config.width();
    this.positions = config.positions();
    this.gridHeight = config.baseGrid().height();
    this.gridWidth = config.baseGrid().width();
    this.leading = config.leadingTokens();
    this.positionJitter = config.positionJitter();
  }

  TokenGrid baseGrid() {
    return new TokenGrid(gridHeight, gridWidth);
  }

  int patch() {
    return patch;
  }

  int channels() {
    return channels;
  }

  int width() {
    return width;
  }

  Positions positions() {
    return positions;
  }

  double positionJitter() {
    return positionJitter;
  }

  int leadingTokens() {
    return leading;
  }

  private long patchLength() {
    return (long) channels * patch * patch;
  }

  void defineParameters(SDLayerParams params) {
    params.addWeightParam(WEIGHT, patchLength(), width);
    params.addBiasParam(BIAS, width);
    if (positions == Positions.LEARNED) {
      params.addWeightParam(POSITIONS, baseGrid().tokens(), width);
    }
    if (leading > 0) {
      params.addWeightParam(LEADING, leading, width);
    }
  }

  void initializeParameters(Map<String, INDArray> params) {
    Init.uniform(params.get(WEIGHT), patchLength());
    Init.uniform(params.get(BIAS), patchLength());
    if (positions == Positions.LEARNED) {
      Init.normal(params.get(POSITIONS));
    }
    if (leading > 0) {
      Init.normal(params.get(LEADING));
    }
  }

  /** The tokens of some views {@code [B, channels, height_v, width_v]}, packed view after view. */
  SDVariable define(Definition definition, List<SDVariable> images) {
    SameDiff sd = definition.sameDiff();
    List<SDVariable> patches = new ArrayList<>();
    List<SDVariable> tables = new ArrayList<>();
    boolean jittered = definition.training() && positionJitter > 0;
    List<TokenGrid> grids = images.stream().map(this::grid).toList();
    long tokens = 0;
    for (int i = 0; i < images.size(); i++) {
      TokenGrid grid = grids.get(i);
      // [B, ch, rows, p, columns, p] -> [B, rows, columns, ch, p, p]: one row for each patch.
      SDVariable cells =
          images.get(i).reshape(-1, channels, grid.height(), patch, grid.width(), patch);
      SDVariable rows =
          sd.permute(cells, 0, 2, 4, 1, 3, 5).reshape(-1, grid.tokens(), patchLength());
      patches.add(leading == 0 ? rows : emptyFirst(sd, rows));
      if (leading > 0) {
        tables.add(definition.param(LEADING).reshape(leading, width));
      }
      tables.add(
          jittered
              ? sd.constant(Nd4j.zeros(definition.dataType(), grid.tokens(), width))
              : positions(definition, grid));
      tokens += leading + grid.tokens();
    }
    SDVariable rows = join(sd, 1, patches).reshape(-1, patchLength());
    SDVariable embedded =
        Linear.apply(definition, rows, definition.param(WEIGHT), definition.param(BIAS))
            .reshape(-1, tokens, width);
    SDVariable table = join(sd, 0, tables).reshape(1, tokens, width);
    SDVariable placed =
        (leading == 0 ? embedded : patchesOnly(definition, embedded, grids)).add(table);
    if (!jittered) {
      return placed;
    }
    JitteredPositions draw =
        new JitteredPositions(baseGrid(), grids, leading, width, positionJitter);
    SDVariable drawn = definition.drawn("jitteredPositions", tokens, width, draw);
    return definition.withGradient(placed.add(drawn), List.of(placed), dy -> List.of(dy));
  }

  /** Makes room for the leading tokens of a view; images get no gradient, nor does this. */
  private SDVariable emptyFirst(SameDiff sd, SDVariable rows) {
    SDVariable room = sd.constant(Nd4j.createFromArray(new int[][] {{0, 0}, {leading, 0}, {0, 0}}));
    return sd.nn.pad(rows, room, PadMode.CONSTANT, 0);
  }

  /** The room holds the bias now: takes it out again. */
  private SDVariable patchesOnly(
      Definition definition, SDVariable embedded, List<TokenGrid> grids) {
    List<INDArray> marks = new ArrayList<>();
    for (TokenGrid grid : grids) {
      marks.add(Nd4j.zeros(definition.dataType(), leading));
      marks.add(Nd4j.ones(definition.dataType(), grid.tokens()));
    }
    INDArray marked = Nd4j.concat(0, marks.toArray(INDArray[]::new)).reshape(1, -1, 1);
    SDVariable mask = definition.sameDiff().constant(marked);
    return definition.withGradient(
        embedded.mul(mask), List.of(embedded), dy -> List.of(dy.mul(mask)));
  }

  private SDVariable positions(Definition definition, TokenGrid grid) {
    SameDiff sd = definition.sameDiff();
    if (positions == Positions.SINCOS) {
      return sd.constant(positionTable(null, grid).castTo(definition.dataType()).dup('c'));
    }
    SDVariable learned = definition.param(POSITIONS);
    if (grid.equals(baseGrid())) {
      return learned.reshape(grid.tokens(), width);
    }
    INDArray resampling = Nd4j.create(BicubicGrid.matrix(baseGrid(), grid));
    return sd.mmul(sd.constant(resampling.castTo(definition.dataType())), learned);
  }

  /** See {@link PatchEmbedding#positionTable}. */
  INDArray positionTable(INDArray learned, TokenGrid grid) {
    INDArray table =
        positions == Positions.SINCOS
            ? Nd4j.create(SinCosPositions.table(baseGrid(), width))
            : learned.castTo(DataType.DOUBLE);
    return Nd4j.create(BicubicGrid.matrix(baseGrid(), grid)).mmul(table);
  }

  private static SDVariable join(SameDiff sd, int axis, List<SDVariable> parts) {
    return parts.size() == 1 ? parts.get(0) : sd.concat(axis, parts.toArray(SDVariable[]::new));
  }

  private TokenGrid grid(SDVariable image) {
    long[] shape = image.getShape();
    return TokenGrid.of(shape[2], shape[3], patch);
  }

  /**
   * Checks the views of a batch.
   *
   * @param name what errors call the layer
   */
  void validate(String name, INDArray... images) {
    for (int i = 0; i < images.length; i++) {
      INDArray image = images[i];
      if (image.rank() != 4 || image.size(1) != channels) {
        throw new IllegalArgumentException(
            String.format(
                "%s: view %d has the shape %s, expected [batch, %d, height, width]",
                name, i, Arrays.toString(image.shape()), channels));
      }
      if (image.size(0) != images[0].size(0)) {
        throw new IllegalArgumentException(
            String.format(
                "%s: view %d has the shape %s and view 0 %s, expected equally many images",
                name, i, Arrays.toString(image.shape()), Arrays.toString(images[0].shape())));
      }
      TokenGrid.of(image.size(2), image.size(3), patch);
    }
  }

  /**
   * The type of the tokens.
   *
   * @param name what errors call the layer
   */
  InputType outputType(String name, InputType... images) {
    long tokens = 0;
    for (InputType input : images) {
      if (!(input instanceof InputType.InputTypeConvolutional image)
          || image.getFormat() != CNN2DFormat.NCHW
          || image.getChannels() != channels) {
        throw new InvalidInputTypeException(
            String.format(
                "%s expects images [batch, %d, height, width], that is"
                    + " InputType.convolutional(height, width, %d), but got %s",
                name, channels, channels, input));
      }
      tokens += leading + TokenGrid.of(image.getHeight(), image.getWidth(), patch).tokens();
    }
    return TokenTypes.sequence(width, tokens);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EmbeddedPatches that
        && patch == that.patch
        && channels == that.channels
        && width == that.width
        && positions == that.positions
        && gridHeight == that.gridHeight
        && gridWidth == that.gridWidth
        && leading == that.leading
        && positionJitter == that.positionJitter;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        patch, channels, width, positions, gridHeight, gridWidth, leading, positionJitter);
  }
}
