using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace DenseCL.Compute;

/// <summary>Runs work on all compute threads: as many as libtorch uses.</summary>
/// <remarks>
/// libtorch's own threads (GNU OpenMP) wait for their next work by spinning; other threads would have to share the processors with them.
/// The work therefore runs on these threads if they can be found, and otherwise on the thread pool.
/// </remarks>
internal static unsafe class ComputeThreads
{
    private static readonly OpenMp? Libtorchs = OpenMp.Find();

    /// <summary>Calls <paramref name="body"/> once for each part, in parallel, and waits for all. It must not throw.</summary>
    /// <param name="body">Receives the number of its part, the number of parts and <paramref name="state"/>.</param>
    /// <param name="state">Passed to <paramref name="body"/>.</param>
    public static void Run(delegate*<int, int, void*, void> body, void* state)
    {
        int parts = torch.get_num_threads();
        if (parts == 1)
        {
            body(0, 1, state);
        }
        else if (Libtorchs is { } openMp)
        {
            Job job = new() { Body = body, State = state, OpenMp = openMp };
            openMp.Parallel(&OnThread, &job, (uint)parts, 0);
        }
        else
        {
            (nint code, nint data) = ((nint)body, (nint)state);
            Parallel.For(
                0,
                parts,
                new ParallelOptions { MaxDegreeOfParallelism = parts },
                part => ((delegate*<int, int, void*, void>)code)(part, parts, (void*)data));
        }
    }

    /// <summary>The part of a range that belongs to one of several equal parts.</summary>
    public static (int Start, int End) Share(int count, int part, int parts) =>
        ((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnThread(void* data)
    {
        Job* job = (Job*)data;
        job->Body(job->OpenMp.ThreadNumber(), job->OpenMp.ThreadCount(), job->State);
    }

    private struct Job
    {
        public delegate*<int, int, void*, void> Body;
        public void* State;
        public OpenMp OpenMp;
    }

    /// <summary>The entry points of the libgomp that libtorch is linked to.</summary>
    private readonly struct OpenMp(nint library)
    {
        // void GOMP_parallel(void (*fn)(void *), void *data, unsigned num_threads, unsigned flags), of GCC's libgomp, GOMP_4.0
        public readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void> Parallel =
            (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void>)
                NativeLibrary.GetExport(library, "GOMP_parallel");

        public readonly delegate* unmanaged[Cdecl]<int> ThreadNumber = (delegate* unmanaged[Cdecl]<int>)
            NativeLibrary.GetExport(library, "omp_get_thread_num");

        public readonly delegate* unmanaged[Cdecl]<int> ThreadCount = (delegate* unmanaged[Cdecl]<int>)
            NativeLibrary.GetExport(library, "omp_get_num_threads");

        /// <summary>Null if libtorch uses other threads (Windows, macOS).</summary>
        public static OpenMp? Find()
        {
            if (!OperatingSystem.IsLinux())
            {
                return null;
            }

            using Process self = Process.GetCurrentProcess();
            string? libtorch = self
                .Modules.Cast<ProcessModule>()
                .FirstOrDefault(module => module.ModuleName.StartsWith("libtorch_cpu", StringComparison.Ordinal))
                ?.FileName;

            // A search in a loaded library continues in the libraries that it is linked to: this finds exactly what libtorch itself calls.
            return
                libtorch is not null
                && NativeLibrary.TryLoad(libtorch, out nint library)
                && NativeLibrary.TryGetExport(library, "GOMP_parallel", out _)
                ? new OpenMp(library)
                : null;
        }
    }
}
