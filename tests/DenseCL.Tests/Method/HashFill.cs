using System.Text;

namespace DenseCL.Tests.Method;

/// <summary>The numbers that a golden run starts from: each a hash of a name and an index (tests/Golden/Runs/README.md).</summary>
internal static class HashFill
{
    public static float[] Values(string name, long count, double low, double high)
    {
        ulong h = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            h = (h ^ b) * 0x100000001b3;
        }

        float[] values = new float[count];
        for (long i = 0; i < count; i++)
        {
            ulong z = h + (((ulong)i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            double u = (z >> 40) / (double)(1 << 24);
            values[i] = (float)(low + ((high - low) * u));
        }

        return values;
    }
}
