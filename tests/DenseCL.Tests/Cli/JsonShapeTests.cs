namespace DenseCL.Tests.Cli;

/// <summary>The schema refuses other shapes. Each command's own tests hold its output to it.</summary>
public sealed class JsonShapeTests
{
    private const string Good =
        """{"what": "DenseCL for .NET", "command": "data pack", "settings": {"images": "a"}, "figures": {"images": 1, "skipped": 0, "shards": 1, "bytes": 2, "seconds": null}}""";

    [Fact]
    public void A_good_object_is_taken() => Assert.Equal(1, JsonShape.Of(Good).GetProperty("figures").GetProperty("images").GetInt32());

    [Theory]
    [InlineData("\"figures\": ", "\"results\": ")]
    [InlineData("\"settings\": ", "\"options\": ")]
    [InlineData("\"data pack\"", "\"data unpack\"")]
    [InlineData("\"skipped\": 0, ", "")]
    [InlineData("\"images\": 1", "\"images\": \"1\"")]
    [InlineData("\"images\": \"a\"", "\"images_folder\": \"a\"")]
    [InlineData("\"seconds\": null", "\"Seconds\": null")]
    public void Another_shape_is_refused(string part, string other) =>
        Assert.Throws<Xunit.Sdk.TrueException>(() => JsonShape.Of(Good.Replace(part, other, StringComparison.Ordinal)));

    [Fact]
    public void Doctor_has_its_checks()
    {
        (_, string output, string error) = Densecl.Run("doctor", "--json");
        Assert.Empty(error);
        System.Text.Json.JsonElement json = JsonShape.Of(output);
        Assert.Equal(
            json.GetProperty("checks").GetArrayLength(),
            json.GetProperty("figures").EnumerateObject().Sum(state => state.Value.GetInt32()));
    }
}
