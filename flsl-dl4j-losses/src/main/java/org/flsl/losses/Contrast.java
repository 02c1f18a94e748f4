package org.flsl.losses;

import java.util.List;
import org.flsl.layers.samediff.Definition;
import org.flsl.schedules.Scheduled;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Tells the modes of a batch apart: every teacher's mode is a centroid, and the query's own is its
 * cluster.
 *
 * <p>For trainings of minutes or hours, in which a few hundred centroids do not get further than a
 * few groups. Not in the paper. It needs {@link org.flsl.training.CrossQuery#COUNTERPART}: where
 * the query chooses the teacher's mode by itself, the two have something in common that is not in
 * the photo.
 *
 * <p>{@code -mean_i log p_ii} with {@code p_ij = softmax_j(x_i . x'_j / T_s)}; x and x' are the
 * student's and the teacher's modes behind the projection head, over all queries of all views and
 * images. The gradient is {@code dx_i = (sum_j p_ij x'_j - x'_i) / (N T_s)}. A batch in parts tells
 * the modes of each part apart.
 */
public final class Contrast extends LossTerm {

  /** For the service loader. */
  public Contrast() {
    super(
        "contrast",
        "kappa",
        Scheduled.constant(0),
        "the contrast term, which tells the modes of a batch apart");
  }

  @Override
  public boolean readsEmbeddings() {
    return true;
  }

  @Override
  public String meaning(int centroids) {
    return "How hard it is to find a query's own counterpart among those of the batch; at first the logarithm of their number.";
  }

  @Override
  public SDVariable define(TermInputs inputs) {
    Definition d = inputs.definition();
    SameDiff sd = d.sameDiff();
    SDVariable student = inputs.embeddings();
    SDVariable teacher = inputs.teacherEmbeddings();
    SDVariable temperature = inputs.studentTemperature();
    SDVariable scores = sd.mmul(student, teacher, false, true, false).div(temperature);
    SDVariable own = student.mul(teacher).sum(true, 1).div(temperature);
    SDVariable highest = scores.max(true, 1);
    SDVariable all = sd.math.log(sd.math.exp(scores.sub(highest)).sum(true, 1)).add(highest);
    SDVariable surprise = all.sub(own);
    d.withGradient(
        surprise,
        List.of(student),
        dy -> {
          SDVariable expected = sd.mmul(sd.math.exp(scores.sub(all)), teacher);
          return List.of(expected.sub(teacher).mul(dy.div(temperature)));
        });
    return surprise.mean();
  }
}
