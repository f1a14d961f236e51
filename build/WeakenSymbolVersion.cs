using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Makes one symbol version that an ELF library asks for a weak one (VER_FLG_WEAK), so that the loader accepts a system library without it.
/// </summary>
/// <remarks>
/// TorchSharp's libLibTorchSharp.so is linked against the libstdc++ of GCC 13 and asks for GLIBCXX_3.4.32, though no relocation uses the one
/// symbol of that version (_ZSt21ios_base_library_initv): it exists only to demand the newer library, and Debian 12, Ubuntu 22.04 and RHEL 9
/// have an older one. The layout is that of the ELF specification, "Symbol Version Requirements" (Elf64_Verneed, Elf64_Vernaux).
/// The file may be a hard link into the package cache: it is never changed in place, but written anew beside and renamed over.
/// Compiled by MSBuild's inline task factory, hence plain C# of .NET Standard 2.0.
/// </remarks>
public sealed class WeakenSymbolVersion : Task
{
    private const int SectionGnuVerneed = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <summary>The library; a file that does not exist is passed over.</summary>
    [Required]
    public string Library { get; set; }

    /// <summary>The version that becomes weak, such as GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (!File.Exists(Library))
        {
            return true;
        }

        try
        {
            byte[] elf = File.ReadAllBytes(Library);
            if (!SetWeak(elf, Version))
            {
                return true;
            }

            // The time stamp stays, so that an incremental build does not take the file for outdated and copy it again.
            DateTime written = File.GetLastWriteTimeUtc(Library);
            string beside = Library + "." + Guid.NewGuid().ToString("N") + ".partial";
            File.WriteAllBytes(beside, elf);
            File.SetLastWriteTimeUtc(beside, written);
            File.Delete(Library);
            File.Move(beside, Library);
            Log.LogMessage(MessageImportance.Normal, "Made the version {0} weak in {1}.", Version, Library);
        }
        catch (Exception e) when (e is IOException || e is UnauthorizedAccessException || e is IndexOutOfRangeException || e is ArgumentException)
        {
            Log.LogWarning("Could not make the symbol version {0} weak in {1}: {2} On a system older than GCC 13 the library may not load; run 'densecl doctor'.", Version, Library, e.Message);
        }

        return true;
    }

    /// <summary>Sets the flag in the image of the file; false if nothing was to do.</summary>
    private static bool SetWeak(byte[] elf, string version)
    {
        bool elf64LittleEndian = elf.Length > 64 && elf[0] == 0x7f && elf[1] == 'E' && elf[2] == 'L' && elf[3] == 'F' && elf[4] == 2 && elf[5] == 1;
        if (!elf64LittleEndian || !BitConverter.IsLittleEndian)
        {
            return false;
        }

        long sections = BitConverter.ToInt64(elf, 0x28);
        int sectionSize = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c);
        for (int i = 0; i < count; i++)
        {
            int section = checked((int)(sections + ((long)i * sectionSize)));
            if (BitConverter.ToInt32(elf, section + 4) == SectionGnuVerneed)
            {
                int strings = checked((int)(sections + (BitConverter.ToInt32(elf, section + 0x28) * (long)sectionSize)));
                return SetWeak(elf, checked((int)BitConverter.ToInt64(elf, section + 0x18)), checked((int)BitConverter.ToInt64(elf, strings + 0x18)), version);
            }
        }

        return false;
    }

    /// <summary>Walks Elf64_Verneed (a library: count at 2, first entry at 8, next at 12) and its Elf64_Vernaux (a version: flags at 4, name at 8, next at 12).</summary>
    private static bool SetWeak(byte[] elf, int need, int strings, string version)
    {
        while (true)
        {
            int entry = need + BitConverter.ToInt32(elf, need + 8);
            for (int left = BitConverter.ToUInt16(elf, need + 2); left > 0; left--)
            {
                if (NameAt(elf, strings + BitConverter.ToInt32(elf, entry + 8)) == version)
                {
                    bool already = (BitConverter.ToUInt16(elf, entry + 4) & Weak) != 0;
                    elf[entry + 4] |= (byte)Weak;
                    return !already;
                }

                entry += BitConverter.ToInt32(elf, entry + 12);
            }

            int next = BitConverter.ToInt32(elf, need + 12);
            if (next == 0)
            {
                return false;
            }

            need += next;
        }
    }

    private static string NameAt(byte[] elf, int start)
    {
        int end = Array.IndexOf(elf, (byte)0, start);
        return Encoding.ASCII.GetString(elf, start, end - start);
    }
}
