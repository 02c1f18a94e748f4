package org.flsl.evaluation.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.flsl.views.decode.FileProblem;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The objects in one XML file of PASCAL VOC, which ImageNet and many labelling tools write too.
 *
 * @param size that the file says its image has; empty where it says none
 * @param objects in the file's order
 */
record VocAnnotation(Optional<ImageSize> size, List<Named> objects) {

  /**
   * An object.
   *
   * @param difficult marked as hard to recognise: VOC leaves it out of its measures
   */
  record Named(
      String name, double left, double top, double right, double bottom, boolean difficult) {}

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is missing, no XML, or lacks a name or an edge
   */
  static VocAnnotation read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          "There is no annotation " + file + " of an image that the list names");
    }
    // Not as a File, whose name the parser would write in another way.
    try (InputStream content = Files.newInputStream(file)) {
      Element root = parser().parse(content).getDocumentElement();
      List<Named> objects = new ArrayList<>();
      for (Element object : children(root, "object")) {
        objects.add(object(object));
      }
      return new VocAnnotation(size(root), List.copyOf(objects));
    } catch (SAXException | IOException | IllegalArgumentException e) {
      throw new DatasetException(
          "Cannot read the annotation %s: %s; expected PASCAL VOC's XML"
              .formatted(file, FileProblem.explain(e)),
          e);
    }
  }

  /** A parser that follows no reference out of the file. */
  private static DocumentBuilder parser() {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    try {
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      DocumentBuilder parser = factory.newDocumentBuilder();
      // The default one prints on the error stream.
      parser.setErrorHandler(null);
      return parser;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("The JDK's XML parser knows these features", e);
    }
  }

  /** Tools that do not know the size write 0, or leave it out. */
  private static Optional<ImageSize> size(Element root) {
    return children(root, "size").stream()
        .filter(size -> !children(size, "width").isEmpty() && !children(size, "height").isEmpty())
        .filter(size -> number(size, "width") >= 1 && number(size, "height") >= 1)
        .map(size -> new ImageSize((int) number(size, "height"), (int) number(size, "width")))
        .findFirst();
  }

  private static Named object(Element object) {
    Element box = child(object, "bndbox");
    // Pixels are counted from 1, and the last ones belong to the box.
    return new Named(
        name(object),
        number(box, "xmin") - 1,
        number(box, "ymin") - 1,
        number(box, "xmax"),
        number(box, "ymax"),
        children(object, "difficult").stream()
            .anyMatch(mark -> mark.getTextContent().strip().equals("1")));
  }

  private static String name(Element object) {
    String name = text(object, "name");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the <name> of an object is empty");
    }
    return name;
  }

  private static double number(Element parent, String name) {
    String text = text(parent, name);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("<" + name + "> is \"" + text + "\", no number", e);
    }
  }

  private static String text(Element parent, String name) {
    return child(parent, name).getTextContent().strip();
  }

  private static Element child(Element parent, String name) {
    List<Element> found = children(parent, name);
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no <" + name + "> in <" + parent.getTagName() + ">");
    }
    return found.get(0);
  }

  /** Direct children only: VOC's parts of a person have names and boxes of their own. */
  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    NodeList nodes = parent.getChildNodes();
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i) instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
