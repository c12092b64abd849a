"""Takes in what students sent: from the files as received to one well-formed notebook each."""
