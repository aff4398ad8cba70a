# SPDX-License-Identifier: LGPL-2.1-or-later
"""faults.py: every single fault that can be planted in a C source, as replacements of a stretch of its text.

The source is cut into tokens, not parsed: a fault that makes no sense does not compile, and does not count.
"""
import re

TOKEN = re.compile(r"""
    (?P<space>\s+|/\*.*?\*/|//[^\n]*)
  | (?P<directive>^[ \t]*\#(?:[^\n\\]|\\.)*)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<char>'(?:[^'\\\n]|\\.)*')
  | (?P<number>\.?\d[\w.]*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign>->|<<=|>>=|\.\.\.|[-+*/%&|^=!<>]=|&&|\|\||<<|>>|\+\+|--|.)
""", re.X | re.S | re.M)

SWAPS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&", "|=": "&=", "&=": "|=",
         "true": "false", "false": "true", "continue": "break", "break": "continue"}
NOT_CALLS = {"va_end", "if", "while", "for", "switch", "return", "sizeof", "do", "else", "case"}
ASSIGNMENTS = {"=", "+=", "-=", "|=", "&=", "++", "--", "<<=", ">>="}


class Token:
    def __init__(self, match):
        self.kind, self.text, self.start, self.end = match.lastgroup, match.group(), match.start(), match.end()


class Fault:
    def __init__(self, source, kind, start, end, new):
        self.source, self.kind, self.start, self.end, self.new = source, kind, start, end, new
        self.line = source.text.count("\n", 0, start) + 1
        self.function = source.function

    def apply(self):
        return self.source.text[:self.start] + self.new + self.source.text[self.end:]

    def shown(self):
        """The line as it becomes, in one line: what EQUIVALENT names a fault by."""
        text = self.source.text
        begin = text.rfind("\n", 0, self.start) + 1
        end = text.find("\n", self.end)
        # What is deleted is shown as such, since an empty line has no name.
        new = self.new if self.new.strip(" ;") else f"/* no {' '.join(text[self.start:self.end].split())} */{self.new}"
        return " ".join((text[begin:self.start] + new + text[self.end:end]).split())

    def key(self):
        return self.source.path, self.shown()

    def __str__(self):
        return f"{self.source.path}:{self.line}: {self.kind}: {self.shown()}"


class Source:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.tokens = [t for t in map(Token, TOKEN.finditer(text)) if t.kind not in ("space", "directive")]
        self.pairs = self.matching()

    def matching(self):
        """Index of an opening bracket -> index of its end, and back."""
        pairs, stack = {}, []
        for i, t in enumerate(self.tokens):
            if t.text in ("(", "[", "{") and t.kind == "sign":
                stack.append(i)
            elif t.text in (")", "]", "}") and t.kind == "sign":
                j = stack.pop()
                pairs[i], pairs[j] = j, i
        return pairs

    def faults(self):
        found = []
        depth = 0
        for i, t in enumerate(self.tokens):
            if t.kind == "sign" and t.text == "{":
                if depth == 0:
                    # A function ends its list of parameters here; else it is a table.
                    self.function = self.text_at(self.pairs[i - 1] - 1) if self.text_at(i - 1) == ")" else None
                depth += 1
            if t.kind == "sign" and t.text == "}":
                depth -= 1
            if depth > 0:
                found += [Fault(self, *f) for f in self.at(i)]
        return found

    def text_at(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def at(self, i):
        """Faults that begin at token number i: (kind, start, end, new text)."""
        t = self.tokens[i]
        before, after = self.text_at(i - 1), self.text_at(i + 1)
        if t.text in SWAPS and t.kind in ("sign", "word") and not self.in_for_head(i, t.text):
            yield "swap", t.start, t.end, SWAPS[t.text]
        if t.text == "!" and after != "=":
            yield "not", t.start, t.end, ""
        if t.text == "~":
            yield "not", t.start, t.end, ""
        if t.text in ("+", "-") and self.is_operand(i - 1) and not self.is_size(i):
            yield "arithmetic", t.start, t.end, "-" if t.text == "+" else "+"
        if t.text in ("|", "&") and self.is_operand(i - 1) and self.text_at(i - 1) != ")":
            yield "arithmetic", t.start, t.end, "&" if t.text == "|" else "|"
        if t.kind == "number" and re.fullmatch(r"\d+u?l*", t.text, re.I) and before != "return" and not self.is_size(i):
            value = int(re.match(r"\d+", t.text)[0], 8 if t.text.startswith("0") and t.text.isdigit() and len(t.text) > 1 else 10)
            yield "constant", t.start, t.end, f"{value + 1}"
            if value > 0 and before not in ("<<",):
                yield "constant", t.start, t.end, f"{value - 1}"
        if t.kind == "string" and re.fullmatch(r'"[\w./:@*=,-]{2,}"', t.text) and not self.in_message(i):
            yield "string", t.start, t.end, t.text[:-2] + ("Y" if t.text[-2] == "X" else "X") + '"'
        if t.text == "if" and after == "(":
            begin, end = self.tokens[i + 1], self.tokens[self.pairs[i + 1]]
            yield "condition", begin.end, end.start, f"!({self.text[begin.end:end.start]})"
        if t.text == "return" and after not in (";", "0", "false", "NULL"):
            end = self.statement_end(i)
            if end:
                yield "return", t.start, self.tokens[end].end, "return 0;"
        if t.text == "return" and after == "0" and self.text_at(i + 2) == ";":
            # Not 1: what is not negative is no error.
            yield "return", t.start, self.tokens[i + 2].end, "return -22;"
        if before in (";", "{", "}", ")", "else") and t.kind == "word":
            yield from self.statement(i)
        yield from self.entry(i)

    def in_for_head(self, i, text):
        """`<` as `<=` of a loop over an array is found by sanitizers, not by tests of what is decided."""
        if text not in ("<", "<=", ">", ">="):
            return False
        for j in range(i, max(i - 40, 0), -1):
            if self.text_at(j) == "for" and self.text_at(j + 1) == "(":
                return self.pairs[j + 1] > i
        return False

    def in_message(self, i):
        """The text of an error that a person reads, such as what memory was short for."""
        opener = self.enclosing(i)
        return opener is not None and self.text_at(opener - 1) in ("err_sys", "err_set")

    def is_size(self, i):
        """How much memory there is: what is too little is the business of the sanitizers' builds, too much of nobody."""
        opener = self.enclosing(i)
        if opener is None:
            return False
        if self.text_at(opener) == "[":
            return self.text_at(opener - 2) in ("char", "uint8_t", "*")
        return self.text_at(opener - 1) in ("arena_array", "arena_alloc", "arena_strndup", "malloc", "calloc", "realloc")

    def is_operand(self, i):
        t = self.tokens[i] if i >= 0 else None
        return t and (t.kind in ("word", "number") and t.text not in ("return", "case") or t.text in (")", "]"))

    def statement_end(self, i):
        """The index of the `;` that ends what begins at i, outside of brackets."""
        while i < len(self.tokens):
            text = self.tokens[i].text
            if self.tokens[i].kind == "sign":
                if text == ";":
                    return i
                if text in ("(", "[", "{"):
                    i = self.pairs[i]
                elif text in (")", "]", "}"):
                    return None
            i += 1
        return None

    def statement(self, i):
        """A call or an assignment that is a statement of its own."""
        t = self.tokens[i]
        if t.text in NOT_CALLS or t.text in SWAPS:
            return
        j = i + 1
        while self.text_at(j) in ("->", ".", "[") or (self.text_at(j - 1) in ("->", ".") and self.tokens[j].kind == "word"):
            j = self.pairs[j] + 1 if self.text_at(j) == "[" else j + 1
        if self.text_at(j) in ASSIGNMENTS or (j == i + 1 and self.text_at(j) == "("):
            end = self.statement_end(i)
            # A call whose value is used is no statement of its own; a declaration has two words.
            if end and (self.text_at(j) != "(" or self.pairs[j] == end - 1):
                yield "delete", t.start, self.tokens[end].end, ";"

    def entry(self, i):
        """A row of a list: `{...},` or `"...",` or `WORD,` inside the braces of an initializer."""
        t = self.tokens[i]
        if self.text_at(i - 1) not in ("{", ",") or not (t.text == "{" or t.kind == "string"):
            return
        opener = self.enclosing(i)
        if opener is None or self.text_at(opener) != "{" or self.text_at(opener - 1) not in ("=", "{", ",", ")"):
            return
        last = self.pairs[i] if t.text == "{" else i
        # A name that begins a row of other things: without it the row is none.
        if t.kind == "string" and self.tokens[last + 2].kind != "string" and self.text_at(last + 2) not in ("NULL", "}"):
            return
        if self.text_at(last + 1) == "," and self.text_at(i + 1) != "NULL" and self.text_at(i + 1) != "0":
            yield "entry", t.start, self.tokens[last + 1].end, ""

    def enclosing(self, i):
        i -= 1
        while i >= 0:
            text, kind = self.tokens[i].text, self.tokens[i].kind
            if kind == "sign" and text in (")", "]", "}"):
                i = self.pairs[i]
            elif kind == "sign" and text in ("(", "[", "{"):
                return i
            i -= 1
        return None
