namespace DenseCL.Tests.Reports.Browser;

/// <summary>The tests that share a browser and a report, one after the other.</summary>
[CollectionDefinition(nameof(PageCollection))]
public sealed class PageCollection : ICollectionFixture<Chromium>, ICollectionFixture<SmallReport>;
