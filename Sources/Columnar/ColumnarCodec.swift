/// Placeholder of the module's first file.
enum ColumnarModule {}
