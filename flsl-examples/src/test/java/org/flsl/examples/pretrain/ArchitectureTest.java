package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchitectureTest {
  @ParameterizedTest
  @EnumSource
  void aPatchNeedNotDivideTheUsualSizeOfImages(Architecture architecture) {
    VitConfig vit = architecture.vit(10, 100);
    assertEquals(10, vit.patch());
    assertEquals(TokenGrid.of(100, 100, 10), vit.baseGrid());
  }

  @Test
  void widthsAreThePapers() {
    assertEquals(192, Architecture.TINY.vit(16, 224).width());
    assertEquals(384, Architecture.SMALL.vit(16, 224).width());
    assertEquals(768, Architecture.BASE.vit(16, 224).width());
  }
}
