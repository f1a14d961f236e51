using DenseCL.Images.Operations;

namespace DenseCL.Data.Loading;

/// <summary>How the colours of one channel are changed, where channels are changed each by itself.</summary>
/// <param name="Brightness">Factor for <see cref="Colour.Brightness(Span{byte}, int, int, double)"/>.</param>
/// <param name="Contrast">Factor for <see cref="Colour.Contrast(Span{byte}, int, int, double)"/>.</param>
internal readonly record struct ChannelJitter(double Brightness, double Contrast);
