using System.Globalization;
using System.Text;
using System.Xml;
using DenseCL.Data.Scenes;
using DenseCL.Transfer.Matching;
using SkiaSharp;

namespace DenseCL.Reports.Pictures;

/// <summary>
/// Draws matches as an SVG that stands alone: the pictures are in it. A pointer over a picture shows its file, over a line its similarity.
/// </summary>
internal static class MatchSvg
{
    private const string Svg = "http://www.w3.org/2000/svg", XLink = "http://www.w3.org/1999/xlink";

    public static void Write(Stream file, MatchDrawing drawing)
    {
        using XmlWriter xml = XmlWriter.Create(
            file, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CloseOutput = false });
        xml.WriteStartElement("svg", Svg);
        xml.WriteAttributeString("xmlns", "xlink", null, XLink);
        xml.WriteAttributeString("viewBox", FormattableString.Invariant($"0 0 {drawing.Width} {drawing.Height}"));
        Number(xml, "width", drawing.Width);
        Number(xml, "height", drawing.Height);
        Rectangle(xml, "rect", SKRect.Create(drawing.Width, drawing.Height));
        xml.WriteAttributeString("fill", "#ffffff");
        xml.WriteEndElement();
        foreach ((MatchedImage image, SKRect place) in drawing.Images)
        {
            Rectangle(xml, "image", place);
            xml.WriteAttributeString("preserveAspectRatio", "none");
            xml.WriteAttributeString("xlink", "href", XLink, $"data:image/png;base64,{Convert.ToBase64String(Png(image))}");
            xml.WriteElementString("title", Svg, Allowed(image.Path));
            xml.WriteEndElement();
        }

        foreach ((MatchLine line, SKPoint from, SKPoint to) in drawing.Lines)
        {
            string colour = FormattableString.Invariant($"#{line.Colour.Red:x2}{line.Colour.Green:x2}{line.Colour.Blue:x2}");
            xml.WriteStartElement("g", Svg);
            xml.WriteAttributeString("stroke", colour);
            xml.WriteAttributeString("fill", colour);
            xml.WriteAttributeString("stroke-width", "1.5");
            xml.WriteElementString("title", Svg, FormattableString.Invariant($"similarity {line.Similarity:F3}"));
            xml.WriteStartElement("line", Svg);
            Number(xml, "x1", from.X);
            Number(xml, "y1", from.Y);
            Number(xml, "x2", to.X);
            Number(xml, "y2", to.Y);
            xml.WriteEndElement();
            Circle(xml, from);
            Circle(xml, to);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    /// <summary>Text as XML allows it: file names may contain any character, and half a surrogate pair.</summary>
    internal static string Allowed(string text)
    {
        StringBuilder result = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool allowed = rune.Utf16SequenceLength == 2 || XmlConvert.IsXmlChar((char)rune.Value);
            result.Append(allowed ? rune : Rune.ReplacementChar);
        }

        return result.ToString();
    }

    private static void Circle(XmlWriter xml, SKPoint centre)
    {
        xml.WriteStartElement("circle", Svg);
        Number(xml, "cx", centre.X);
        Number(xml, "cy", centre.Y);
        Number(xml, "r", 3);
        xml.WriteEndElement();
    }

    private static void Rectangle(XmlWriter xml, string element, SKRect place)
    {
        xml.WriteStartElement(element, Svg);
        Number(xml, "x", place.Left);
        Number(xml, "y", place.Top);
        Number(xml, "width", place.Width);
        Number(xml, "height", place.Height);
    }

    private static void Number(XmlWriter xml, string attribute, float value) =>
        xml.WriteAttributeString(attribute, value.ToString("0.##", CultureInfo.InvariantCulture));

    private static byte[] Png(MatchedImage image)
    {
        using SKBitmap pixels = ScenePng.Bitmap(image.Pixels, image.Width, image.Height);
        using SKData png = pixels.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
