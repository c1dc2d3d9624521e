import Testing

@Suite("Catalog")
struct CatalogTests {}
