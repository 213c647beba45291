"""Checks that apps use only what the generated Python package has: its classes, their members, and keyword arguments.

Usage: check-python-examples.py dist/languages/python/src/PACKAGE/__init__.py APP...
"""

import ast
import sys
from pathlib import Path

Members = dict[str, ast.arguments | None]


def members_of(definition: ast.ClassDef) -> Members:
    members: Members = {}
    for statement in definition.body:
        if isinstance(statement, ast.FunctionDef):
            members[statement.name] = statement.args
        elif isinstance(statement, ast.Assign):
            members.update({target.id: None for target in statement.targets if isinstance(target, ast.Name)})
    return members


class App(ast.NodeVisitor):
    def __init__(self, path: Path, package: str, classes: dict[str, Members]) -> None:
        self.path, self.package, self.classes = path, package, classes
        self.class_of: dict[str, str] = {}
        self.problems: list[str] = []
        self.checked = 0
        self.visit(ast.parse(path.read_text(), str(path)))

    def check(self, node: ast.AST, name: str, expected: object) -> None:
        self.checked += 1
        if name not in expected:
            self.problems.append(f"{self.path}:{node.lineno}: {self.package} has no {name}; it has {', '.join(expected)}")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == self.package:
            for alias in node.names:
                self.check(node, alias.name, self.classes)
                self.class_of[alias.name] = alias.name

    def visit_Assign(self, node: ast.Assign) -> None:
        value, [target, *_] = node.value, node.targets
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and isinstance(target, ast.Name):
            if value.func.id in self.class_of:
                self.class_of[target.id] = self.class_of[value.func.id]
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if (owner := self.owner_of(node)) is not None:
            self.check(node, node.attr, owner)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if (arguments := self.arguments_of(node.func)) is not None:
            names = [argument.arg for argument in arguments.args + arguments.kwonlyargs]
            for keyword in node.keywords:
                self.check(node, keyword.arg or "**", names)
        self.generic_visit(node)

    def owner_of(self, node: ast.expr) -> Members | None:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.classes.get(self.class_of.get(node.value.id, ""))
        return None

    def arguments_of(self, function: ast.expr) -> ast.arguments | None:
        if isinstance(function, ast.Name):
            return self.classes.get(self.class_of.get(function.id, ""), {}).get("__init__")
        return (self.owner_of(function) or {}).get(function.attr) if isinstance(function, ast.Attribute) else None


generated = Path(sys.argv[1])
definitions = [node for node in ast.parse(generated.read_text()).body if isinstance(node, ast.ClassDef)]
classes = {definition.name: members_of(definition) for definition in definitions}
apps = [App(Path(path), generated.parent.name, classes) for path in sys.argv[2:]]
for app in apps:
    print(f"{app.path}: {app.checked} names of {generated.parent.name}")
problems = [problem for app in apps for problem in app.problems]
problems += [f"{app.path} uses nothing of {generated.parent.name}" for app in apps if app.checked == 0]
if problems or not apps:
    sys.exit("\n".join(problems) or "no app to check")
