"""Turn raw files into records: nobody else creates any."""
