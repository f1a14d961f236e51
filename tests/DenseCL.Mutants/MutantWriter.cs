using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DenseCL.Mutants;

/// <summary>
/// Writes every change of a source file into the file itself: an expression <c>e</c> becomes <c>(Mutant.Is(7) ? changed : e)</c>, so that
/// one build holds all mutants and a number says which of them is alive.
/// </summary>
/// <param name="file">Its name, for the list.</param>
/// <param name="without">Numbers of mutants to leave out, because they do not compile; they keep their numbers.</param>
/// <param name="mutants">Where the mutants are listed.</param>
internal sealed class MutantWriter(string file, IReadOnlySet<int> without, List<Mutant> mutants) : CSharpSyntaxRewriter
{
    private static readonly Dictionary<SyntaxKind, string[]> Operators = new()
    {
        [SyntaxKind.AddExpression] = ["-"],
        [SyntaxKind.SubtractExpression] = ["+"],
        [SyntaxKind.MultiplyExpression] = ["/"],
        [SyntaxKind.DivideExpression] = ["*"],
        [SyntaxKind.ModuloExpression] = ["*"],
        [SyntaxKind.LessThanExpression] = ["<=", ">="],
        [SyntaxKind.LessThanOrEqualExpression] = ["<", ">"],
        [SyntaxKind.GreaterThanExpression] = [">=", "<="],
        [SyntaxKind.GreaterThanOrEqualExpression] = [">", "<"],
        [SyntaxKind.EqualsExpression] = ["!="],
        [SyntaxKind.NotEqualsExpression] = ["=="],
        [SyntaxKind.LogicalAndExpression] = ["||"],
        [SyntaxKind.LogicalOrExpression] = ["&&"],
        [SyntaxKind.BitwiseAndExpression] = ["|"],
        [SyntaxKind.BitwiseOrExpression] = ["&"],
    };

    // Operators of tensors that are spelled as methods.
    private static readonly Dictionary<string, string[]> Methods = new(StringComparer.Ordinal)
    {
        ["Plus"] = ["sub"],
        ["Times"] = ["Over"],
        ["Over"] = ["Times"],
        ["AddInPlace"] = ["sub_"],
        ["MultiplyInPlace"] = ["DivideInPlace"],
        ["DivideInPlace"] = ["MultiplyInPlace"],
        ["mul_"] = ["div_"],
        ["sub_"] = ["add_"],
        ["ge"] = ["gt", "lt"],
        ["lt"] = ["le", "ge"],
        ["le"] = ["lt", "gt"],
        ["eq"] = ["ne"],
        ["argmax"] = ["argmin"],
        ["amax"] = ["amin"],
        ["maximum"] = ["minimum"],
        ["Max"] = ["Min"],
        ["Min"] = ["Max"],
        ["floor"] = ["ceil"],
        ["any"] = ["all"],
        ["all"] = ["any"],
        ["AtLeast"] = ["AtMost"],
        ["abs"] = ["neg"],
        ["exp_"] = ["expm1_"],
        ["log"] = ["log1p"],
        ["mean"] = ["sum"],
        ["sum"] = ["mean"],
        ["Average"] = ["Sum"],
        ["logical_not"] = ["alias"],
        ["argsort"] = ["alias"],
    };

    public override SyntaxNode? VisitAttributeList(AttributeListSyntax node) => node;

    public override SyntaxNode? VisitThrowExpression(ThrowExpressionSyntax node) => node;

    public override SyntaxNode? VisitThrowStatement(ThrowStatementSyntax node) => node;

    public override SyntaxNode? VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node) => node;

    public override SyntaxNode? VisitParameter(ParameterSyntax node) => node;

    // A pattern's constants must be constants.
    public override SyntaxNode? VisitConstantPattern(ConstantPatternSyntax node) => node;

    /// <summary>A constant becomes a property, so that it can change.</summary>
    public override SyntaxNode? VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        SyntaxNode visited = base.VisitFieldDeclaration(node)!;
        if (
            !node.Modifiers.Any(SyntaxKind.ConstKeyword)
            || visited is not FieldDeclarationSyntax { Declaration: { Variables: [{ Initializer: { } value } variable] } declaration } field
        )
        {
            return visited;
        }

        IEnumerable<SyntaxToken> others = field.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.ConstKeyword));
        string modifiers = string.Join(' ', others.Select(modifier => modifier.Text));
        return SyntaxFactory.ParseMemberDeclaration($"{modifiers} static {declaration.Type} {variable.Identifier} => {value.Value};\n")!;
    }

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        string[] changed = [.. Operators.GetValueOrDefault(node.Kind(), []).Select(other => $"({node.Left}) {other} ({node.Right})")];
        return Switched(node, base.VisitBinaryExpression(node)!, changed);
    }

    public override SyntaxNode? VisitIsPatternExpression(IsPatternExpressionSyntax node)
    {
        string? other = node.Pattern.ToString() switch
        {
            "null" => "is not null",
            "not null" => "is null",
            _ => null,
        };
        return Switched(node, base.VisitIsPatternExpression(node)!, other is null ? [] : [$"({node.Expression}) {other}"]);
    }

    public override SyntaxNode? VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        bool changes = node.IsKind(SyntaxKind.LogicalNotExpression)
            || (node.IsKind(SyntaxKind.UnaryMinusExpression) && node.Operand is not LiteralExpressionSyntax);
        return Switched(node, base.VisitPrefixUnaryExpression(node)!, changes ? [$"({node.Operand})"] : []);
    }

    public override SyntaxNode? VisitPostfixUnaryExpression(PostfixUnaryExpressionSyntax node) =>
        node.IsKind(SyntaxKind.PostIncrementExpression) && node.Parent is ForStatementSyntax
            ? SyntaxFactory.ParseExpression($"{node.Operand} += {Switched(SyntaxFactory.ParseExpression("1"), Line(node), "1", ["0"])}")
            : base.VisitPostfixUnaryExpression(node);

    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node) =>
        node.IsKind(SyntaxKind.AddAssignmentExpression)
            ? SyntaxFactory
                .ParseExpression($"{node.Left} += {Switched(node.Right, Line(node), Visit(node.Right)!.ToString(), [$"-({node.Right})"])}")
                .WithTriviaFrom(node)
            : base.VisitAssignmentExpression(node);

    public override SyntaxNode? VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        string[] changed = node.Token.Value switch
        {
            true => ["false"],
            false => ["true"],
            int number => [Text(number + 1), Text(number - 1)],
            long number => [Text(number + 1) + "L", Text(number - 1) + "L"],
            double => [$"{node} + 1", $"{node} - 1"],
            _ => [],
        };
        return Switched(node, node, changed);

        static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
    }

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        SyntaxNode visited = base.VisitInvocationExpression(node)!;
        if (node.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" })
        {
            return node;
        }

        (string before, string name) = node.Expression switch
        {
            MemberAccessExpressionSyntax member => ($"{member.Expression}.", member.Name.Identifier.Text),
            IdentifierNameSyntax plain => ("", plain.Identifier.Text),
            _ => ("", ""),
        };
        bool onNumbers = before is "Math." == name is "Max" or "Min";
        SeparatedSyntaxList<ArgumentSyntax> arguments = node.ArgumentList.Arguments;
        string[] changed = !onNumbers
            ? []
            : name == "AddInPlace" && arguments.Count == 2
                ? [$"{before}{name}({arguments[0]}, -({arguments[1]}))"]
                : [.. Methods.GetValueOrDefault(name, []).Select(other => $"{before}{other}{node.ArgumentList}")];
        return Switched(node, visited, changed);
    }

    private static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    private ExpressionSyntax Switched(ExpressionSyntax node, SyntaxNode visited, string[] changed)
    {
        string text = Switched(node, Line(node), visited.ToString(), changed);
        if (ReferenceEquals(visited, node) && text == visited.ToString())
        {
            return node;
        }

        // A choice is no statement.
        bool statement = node.Parent is ExpressionStatementSyntax && changed.Length > 0;
        return SyntaxFactory.ParseExpression(statement ? $"_ = {text}" : text).WithTriviaFrom(node);
    }

    private string Switched(SyntaxNode original, int line, string visited, string[] changed)
    {
        bool declares = original.DescendantNodes().Any(node => node is VariableDesignationSyntax);
        foreach (string other in changed)
        {
            int id = mutants.Count + 1;
            mutants.Add(new Mutant(id, file, line, Short(original.ToString()), Short(other)));
            if (!declares && !without.Contains(id))
            {
                visited = $"(global::DenseCL.Mutant.Is({id}) ? {other} : {visited})";
            }
        }

        return visited;
    }

    private static string Short(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
