"""Word documents made by hand."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tests.readers.archives import zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def run(text: str, properties: str = "") -> str:
    """Write a run of text."""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str, style: str = "") -> str:
    """Write a paragraph of runs."""
    said = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{said}{''.join(runs)}</w:p>"


def xml_of(body: str, *, head: str = "") -> str:
    """Write the main part around a body."""
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{head}<w:document xmlns:w="{W}" {space}>'
        f"<w:body>{body}</w:body></w:document>"
    )


def docx_of(body: str, *, head: str = "", title: str = "", styles: str = "") -> bytes:
    """Make a document."""
    parts = {"[Content_Types].xml": TYPES, "word/document.xml": xml_of(body, head=head).encode()}
    if styles:
        parts["word/styles.xml"] = f'<w:styles xmlns:w="{W}">{styles}</w:styles>'.encode()
    if title:
        core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
        dc = "http://purl.org/dc/elements/1.1/"
        parts["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{core}" xmlns:dc="{dc}"><dc:title>{escape(title)}</dc:title>'
            "</cp:coreProperties>"
        ).encode()
    return zipped(parts)
