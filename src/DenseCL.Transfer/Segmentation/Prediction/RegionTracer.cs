using System.Collections;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>
/// Turns a mask into polygons along the edges of its pixels, one for each region of one class whose pixels are neighbours side by side.
/// </summary>
/// <remarks>
/// A polygon runs clockwise, as seen. A hole is joined to the ring around it by a cut of no width, so that one ring describes the region
/// and its area is the number of its pixels.
/// </remarks>
/// <param name="mask">(height · width): the class of each pixel.</param>
/// <param name="width">Pixels.</param>
/// <param name="height">Pixels.</param>
internal sealed class RegionTracer(byte[] mask, int width, int height)
{
    private const int Right = 0;
    private const int Left = 2;
    private const int Up = 3;

    private readonly List<Place> outer = [];
    private readonly Dictionary<int, Queue<Place>> holes = [];      // by the pixel at whose left edge the cut to the hole begins

    /// <summary>The regions, in the order of their first pixels, row by row.</summary>
    public IEnumerable<TracedRegion> Trace()
    {
        FindRings();
        return outer.Select(Region);
    }

    private void FindRings()
    {
        BitArray seen = new(mask.Length);       // top edges of pixels
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int pixel = (y * width) + x;
                if (!seen[pixel] && (y == 0 || mask[pixel - width] != mask[pixel]))
                {
                    FindRing(new Place(x, y, Right), mask[pixel], seen);
                }
            }
        }
    }

    /// <summary>Follows a ring once. A ring around a hole runs the other way round.</summary>
    private void FindRing(Place start, byte @class, BitArray seen)
    {
        long twiceArea = 0;
        Place at = start, cut = start;
        (int Y, int X) highest = (int.MaxValue, int.MaxValue);
        do
        {
            if (at.Direction == Right)
            {
                seen[(at.Y * width) + at.X] = true;
            }

            Place next = Next(at, @class);
            twiceArea += ((long)at.X * next.Y) - ((long)next.X * at.Y);
            if (at.Direction == Left && (next.Y, next.X).CompareTo(highest) < 0)
            {
                (highest, cut) = ((next.Y, next.X), next);
            }

            at = next;
        }
        while (at != start);

        if (twiceArea > 0)
        {
            outer.Add(start);
            return;
        }

        // The pixel above the hole's highest edge is of the region. To its left the region ends at a ring that is not this one.
        int pixel = ((cut.Y - 1) * width) + cut.X, first = (cut.Y - 1) * width;
        while (pixel > first && mask[pixel - 1] == @class)
        {
            pixel--;
        }

        if (!holes.TryGetValue(pixel, out Queue<Place>? here))
        {
            holes.Add(pixel, here = []);
        }

        here.Enqueue(cut);
    }

    private TracedRegion Region(Place start)
    {
        byte @class = mask[(start.Y * width) + start.X];
        List<int> ring = [start.X, start.Y];
        Stack<(Place Start, Place At)> open = [];
        open.Push((start, start));
        while (open.TryPop(out (Place Start, Place At) way))
        {
            // The left edge of a pixel runs up; cuts begin where it begins.
            Place at = way.At;
            if (at.Direction == Up && holes.TryGetValue(((at.Y - 1) * width) + at.X, out Queue<Place>? here) && here.TryDequeue(out Place hole))
            {
                Add(at);
                Add(hole);
                open.Push(way);
                open.Push((hole, hole));
                continue;
            }

            Place next = Next(at, @class);
            if (next == way.Start)
            {
                if (open.TryPeek(out (Place Start, Place At) around))
                {
                    Add(next);
                    Add(around.At);
                }

                continue;
            }

            if (next.Direction != at.Direction)
            {
                Add(next);
            }

            open.Push((way.Start, next));
        }

        return new TracedRegion(@class, ring);

        void Add(Place place)
        {
            if (ring[^2] != place.X || ring[^1] != place.Y)
            {
                ring.Add(place.X);
                ring.Add(place.Y);
            }
        }
    }

    /// <summary>Goes along one edge, and turns so that the region stays on the right.</summary>
    private Place Next(Place at, byte @class)
    {
        (int x, int y, bool ahead, bool aside) = at.Direction switch
        {
            Right => (at.X + 1, at.Y, Is(at.X + 1, at.Y), Is(at.X + 1, at.Y - 1)),
            1 => (at.X, at.Y + 1, Is(at.X - 1, at.Y + 1), Is(at.X, at.Y + 1)),
            Left => (at.X - 1, at.Y, Is(at.X - 2, at.Y - 1), Is(at.X - 2, at.Y)),
            _ => (at.X, at.Y - 1, Is(at.X, at.Y - 2), Is(at.X - 1, at.Y - 2)),
        };
        return new Place(x, y, !ahead ? (at.Direction + 1) % 4 : aside ? (at.Direction + 3) % 4 : at.Direction);

        bool Is(int column, int row) => column >= 0 && column < width && row >= 0 && row < height && mask[(row * width) + column] == @class;
    }

    /// <summary>A corner of pixels, and the direction in which a ring leaves it: right, down, left, up.</summary>
    private readonly record struct Place(int X, int Y, int Direction);
}
