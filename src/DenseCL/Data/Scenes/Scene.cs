namespace DenseCL.Data.Scenes;

/// <summary>A rendered scene and its labels.</summary>
internal sealed class Scene
{
    private readonly byte[] pixels;
    private readonly byte[] classes;
    private readonly byte[] instances;

    internal Scene(int width, int height, byte[] pixels, byte[] classes, byte[] instances, IReadOnlyList<SceneObject> objects)
    {
        (Width, Height, Objects) = (width, height, objects);
        (this.pixels, this.classes, this.instances) = (pixels, classes, instances);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The image, (Height, Width, 3): row by row, red green blue.</summary>
    public ReadOnlySpan<byte> Pixels => pixels;

    /// <summary>The semantic mask, (Height, Width): the class at the centre of each pixel, 0 for the background.</summary>
    public ReadOnlySpan<byte> ClassMask => classes;

    /// <summary>
    /// The instance mask, (Height, Width): <see cref="SceneObject.Instance"/> at the centre of each pixel, 0 for the background.
    /// </summary>
    public ReadOnlySpan<byte> InstanceMask => instances;

    /// <summary>The objects of which at least one pixel is visible, from the rearmost to the foremost.</summary>
    public IReadOnlyList<SceneObject> Objects { get; }
}
