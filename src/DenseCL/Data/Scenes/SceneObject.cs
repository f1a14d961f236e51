namespace DenseCL.Data.Scenes;

/// <summary>The visible part of one object of a scene.</summary>
/// <param name="Instance">Its value in the instance mask, 1 … the number of objects, from the rearmost to the foremost.</param>
/// <param name="Class">Its value in the semantic mask, 1 … <see cref="SceneClasses.Count"/>.</param>
/// <param name="Left">Left edge of the box around the visible pixels.</param>
/// <param name="Top">Upper edge of the box around the visible pixels.</param>
/// <param name="Width">Width of the box in pixels, at least 1.</param>
/// <param name="Height">Height of the box in pixels, at least 1.</param>
/// <param name="Area">Number of visible pixels, at least 1.</param>
internal readonly record struct SceneObject(int Instance, int Class, int Left, int Top, int Width, int Height, int Area);
