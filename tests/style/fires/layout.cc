// What clang-format would lay out otherwise; tests/style shows that it says so.
int  twice( int value ){
      return value*2 ; }
